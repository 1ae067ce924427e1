import type { AccountHealthView } from "@bellwether/shared";
import { useId } from "react";
import {
  type CorrectionDraft,
  correctionTargets,
  type DraftTrouble,
  hasDirection,
  LONGEST_DAYS,
} from "../health/correction-draft.ts";
import { translate } from "../translate.ts";
import { Field, Trouble } from "./fields.ts";

const DIRECTIONS = ["too_low", "too_high", "wrong"] as const;

export interface CorrectionFieldsProps {
  draft: CorrectionDraft;
  trouble: DraftTrouble;
  view: AccountHealthView;
  onChange: (changed: Partial<CorrectionDraft>) => void;
}

/** What is wrong, why, and for how long that holds. */
export function CorrectionFields(props: CorrectionFieldsProps) {
  const { draft, trouble, onChange } = props;
  const id = useId();
  const told = (field: keyof DraftTrouble) => ({
    "aria-invalid": trouble[field] !== undefined,
    "aria-describedby": `${id}-${field}`,
  });
  return (
    <>
      <WhatFields {...props} />
      <Field>
        {translate("correction_reason")}
        <textarea
          {...told("reason")}
          required
          rows={3}
          value={draft.reason}
          onChange={(event) => onChange({ reason: event.target.value })}
        />
      </Field>
      <Told id={`${id}-reason`} trouble={trouble.reason} />
      <Field>
        {translate("correction_check")}
        <input
          {...told("evidence")}
          value={draft.evidence}
          onChange={(event) => onChange({ evidence: event.target.value })}
        />
      </Field>
      <Told id={`${id}-evidence`} trouble={trouble.evidence} />
      <Field>
        {translate("correction_days")}
        <input
          {...told("days")}
          max={LONGEST_DAYS}
          min={1}
          type="number"
          value={draft.days}
          onChange={(event) => onChange({ days: event.target.value })}
        />
      </Field>
      <Told id={`${id}-days`} trouble={trouble.days} />
    </>
  );
}

function WhatFields({ draft, view, onChange }: CorrectionFieldsProps) {
  return (
    <>
      <Field>
        {translate("correction_target")}
        <select value={draft.target} onChange={(event) => onChange({ target: event.target.value })}>
          {correctionTargets(view).map(({ target, label }) => (
            <option key={target} value={target}>
              {label}
            </option>
          ))}
        </select>
      </Field>
      {hasDirection(draft) && (
        <Field>
          {translate("correction_direction")}
          <select
            value={draft.direction}
            onChange={({ target }) =>
              onChange({ direction: DIRECTIONS.find((one) => one === target.value) ?? "wrong" })
            }
          >
            {DIRECTIONS.map((direction) => (
              <option key={direction} value={direction}>
                {translate(`direction_${direction}`)}
              </option>
            ))}
          </select>
        </Field>
      )}
    </>
  );
}

const Told = ({ id, trouble }: { id: string; trouble: DraftTrouble["reason"] }) => (
  <div id={id} style={{ marginTop: trouble ? -6 : 0, marginBottom: trouble ? 8 : 0 }}>
    {trouble && <Trouble role="alert">{translate(trouble, { days: String(LONGEST_DAYS) })}</Trouble>}
  </div>
);
