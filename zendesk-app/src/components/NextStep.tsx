import { styled } from "styled-components";
import { translate } from "../translate.ts";
import { Clamped, Strong } from "./layout.ts";
import { accent, recessed } from "./tint.ts";

const Box = styled.div`
  margin: 6px 0;
  padding: 4px 8px;
  background: ${recessed};
  border-left: 3px solid ${accent};
  border-radius: 2px;
`;

/** The one sentence that an agent should act on. */
export function NextStep({ sentence, isOpen }: { sentence: string; isOpen: boolean }) {
  return (
    <Box>
      <Clamped $lines={isOpen ? null : 2} title={sentence}>
        <Strong>{translate("next_step")}</Strong> {sentence}
      </Clamped>
    </Box>
  );
}
