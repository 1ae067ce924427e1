import type { Band } from "@bellwether/shared";
import { NumberInput, Select, Text } from "@hubspot/ui-extensions";
import {
  type CorrectionDraft,
  type DraftTrouble,
  OVERRIDE_DAYS,
  OVERRIDE_POINTS,
} from "../correction-draft.ts";
import { BAND_LABELS } from "../text.ts";
import { told } from "./told.ts";

interface Props {
  draft: CorrectionDraft;
  trouble: DraftTrouble;
  onChange: (change: Partial<CorrectionDraft>) => void;
}

const KINDS = [
  { label: "Leave it as calculated", value: "none" },
  { label: "Set the band", value: "band" },
  { label: "Add points or take some away", value: "points" },
] as const;
const BANDS = (["green", "yellow", "red"] as const satisfies readonly Band[]).map((value) => ({
  label: BAND_LABELS[value],
  value,
}));

/** For those who may put their own judgement in the place of the calculated score, for a while. */
export function OverrideFields({ draft, trouble, onChange }: Props) {
  return (
    <>
      <Select
        name="override"
        label="And the score meanwhile?"
        options={[...KINDS]}
        value={draft.override}
        onChange={(value) =>
          onChange({ override: KINDS.find((kind) => kind.value === value)?.value ?? "none" })
        }
      />
      {draft.override === "band" && (
        <Select
          name="band"
          label="Band"
          options={BANDS}
          value={draft.band}
          onChange={(value) =>
            onChange({ band: BANDS.find((band) => band.value === value)?.value ?? draft.band })
          }
        />
      )}
      {draft.override === "points" && (
        <NumberInput
          name="points"
          label={`Points, −${OVERRIDE_POINTS} to ${OVERRIDE_POINTS}`}
          min={-OVERRIDE_POINTS}
          max={OVERRIDE_POINTS}
          value={draft.points}
          onChange={(points) => onChange({ points })}
          {...told(trouble.points)}
        />
      )}
      {draft.override !== "none" && (
        <Text variant="microcopy">
          {`This counts for ${OVERRIDE_DAYS} days at most. The calculated score stays visible beside it.`}
        </Text>
      )}
    </>
  );
}
