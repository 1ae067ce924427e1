import type { AccountHealthView } from "@bellwether/shared";
import { Input, NumberInput, Select, TextArea } from "@hubspot/ui-extensions";
import {
  type CorrectionDraft,
  correctionTargets,
  type DraftTrouble,
  hasDirection,
  LONGEST_DAYS,
  LONGEST_TEXT,
  mayOverride,
  OVERRIDE_DAYS,
} from "../correction-draft.ts";
import { OverrideFields } from "./OverrideFields.tsx";
import { told } from "./told.ts";

interface Props {
  view: AccountHealthView;
  draft: CorrectionDraft;
  trouble: DraftTrouble;
  onChange: (change: Partial<CorrectionDraft>) => void;
}

const DIRECTIONS = [
  { label: "Too low", value: "too_low" },
  { label: "Too high", value: "too_high" },
  { label: "Wrong in another way", value: "wrong" },
] as const;
const directionOf = (value: unknown) =>
  DIRECTIONS.find((direction) => direction.value === value)?.value ?? "wrong";

/** What is wrong, why, what that means for the score meanwhile, and for how long. */
export function CorrectionFields({ view, draft, trouble, onChange }: Props) {
  const canOverride = mayOverride(view, draft);
  const isSet = canOverride && draft.override !== "none";
  return (
    <>
      <WhatFields view={view} draft={draft} trouble={trouble} onChange={onChange} />
      {canOverride && <OverrideFields draft={draft} trouble={trouble} onChange={onChange} />}
      <NumberInput
        name="days"
        label="Holds for how many days?"
        min={1}
        max={isSet ? OVERRIDE_DAYS : LONGEST_DAYS}
        precision={0}
        value={draft.days}
        onChange={(days) => onChange({ days })}
        {...told(trouble.days)}
      />
    </>
  );
}

function WhatFields({ view, draft, trouble, onChange }: Props) {
  return (
    <>
      <Select
        name="target"
        label="What is wrong?"
        options={correctionTargets(view)}
        value={draft.target}
        onChange={(value) => onChange({ target: String(value) })}
      />
      {hasDirection(draft) && (
        <Select
          name="direction"
          label="In which way?"
          options={[...DIRECTIONS]}
          value={draft.direction}
          onChange={(value) => onChange({ direction: directionOf(value) })}
        />
      )}
      <TextArea
        name="reason"
        label="Because…"
        required
        rows={3}
        maxLength={LONGEST_TEXT}
        value={draft.reason}
        onChange={(reason) => onChange({ reason })}
        {...told(trouble.reason)}
      />
      <Input
        name="evidence"
        label="How others can check it (optional)"
        placeholder="A link, or a few words"
        value={draft.evidence}
        onChange={(evidence) => onChange({ evidence })}
        {...told(trouble.evidence)}
      />
    </>
  );
}
