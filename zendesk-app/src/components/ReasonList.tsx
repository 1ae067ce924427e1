import type { AccountHealthView } from "@bellwether/shared";
import { styled } from "styled-components";
import { formats } from "../format.ts";
import { translate } from "../translate.ts";
import { Glyph } from "./Glyph.tsx";
import { Clamped, List, Subtle, Unseen } from "./layout.ts";

/** More than these are contributions, and stand in the details. */
const SHOWN = 3;

const Item = styled.li`
  display: grid;
  grid-template-columns: 12px 1fr auto;
  gap: 6px;
  align-items: start;
  padding: 1px 0;
  & > svg {
    margin-top: 2px;
  }
`;

/** Why the score is what it is, most important first; one line each until opened. */
export function ReasonList({ reasons, isOpen }: { reasons: AccountHealthView["reasons"]; isOpen: boolean }) {
  return (
    <List aria-label={translate("reasons")}>
      {reasons.slice(0, SHOWN).map((reason) => (
        <Item key={`${reason.measure} ${reason.sentence}`}>
          <Glyph
            shape={reason.direction === "hurts" ? "down" : "up"}
            tone={reason.direction === "hurts" ? "danger" : "success"}
          />
          <Clamped $lines={isOpen ? null : 1} title={reason.sentence}>
            <Unseen>{translate(`direction_${reason.direction}`)}: </Unseen>
            {reason.sentence}
          </Clamped>
          <Subtle as="span">{formats.signed(reason.points)}</Subtle>
        </Item>
      ))}
    </List>
  );
}
