import type { ReactNode } from "react";
import { Glyph } from "./Glyph.tsx";
import { Panel, Row, Small, Strong } from "./layout.ts";

export interface NoticeProps {
  title: string;
  /** Where something went wrong, as against nothing being there. */
  isTrouble?: boolean;
  /** A button that helps. */
  action?: ReactNode;
  children: ReactNode;
}

/** Stands where the health would, with what to do about it. */
export function Notice({ title, isTrouble = true, action, children }: NoticeProps) {
  return (
    <Panel role={isTrouble ? "alert" : "status"}>
      <Row>
        <Glyph shape={isTrouble ? "warning" : "unknown"} tone={isTrouble ? "danger" : "subtle"} />
        <Strong>{title}</Strong>
      </Row>
      <Small style={{ margin: "4px 0 8px" }}>{children}</Small>
      {action}
    </Panel>
  );
}
