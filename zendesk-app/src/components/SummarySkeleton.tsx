import { Skeleton } from "@zendeskgarden/react-loaders";
import { styled } from "styled-components";
import { translate } from "../translate.ts";
import { Panel, Unseen } from "./layout.ts";

/** Height in px of a summary with three reasons and a next step of two lines. */
const SUMMARY_HEIGHT = 190;
const LINES = ["62%", "80%", "94%", "88%", "70%", "34%"];

/** As high as the summary that follows, so that nothing below it jumps. */
const Placeholder = styled(Panel)`
  box-sizing: border-box;
  height: ${SUMMARY_HEIGHT}px;
`;

const Line = styled.div`
  height: 16px;
  margin-bottom: 10px;
`;

export function SummarySkeleton() {
  return (
    <Placeholder aria-busy="true" role="status">
      <Unseen>{translate("loading")}</Unseen>
      {LINES.map((width) => (
        <Line key={width}>
          <Skeleton height="16px" width={width} />
        </Line>
      ))}
    </Placeholder>
  );
}
