import type { ChangeExplanation } from "@bellwether/shared";
import { useEffect, useState } from "react";
import { formats } from "../format.ts";
import type { AccountApi } from "../health/account-api.ts";
import { useExplanation } from "../hooks/useExplanation.ts";
import { translate } from "../translate.ts";
import { EvidenceLinks } from "./EvidenceLinks.tsx";
import { failureText } from "./failure-text.ts";
import { Field, Trouble } from "./fields.ts";
import { List, Small, SmallLink, Strong, Subtle } from "./layout.ts";
import { PointRow } from "./PointRow.tsx";

const PERIODS = ["7", "30", "90"] as const;
const DAY_MS = 86_400_000;

/** What moved the score, since when, and what shows it; asked for when it is first on show. */
export function ExplainSection({ api }: { api: AccountApi }) {
  const [days, setDays] = useState("30");
  const { state, ask } = useExplanation(api);
  const [dates, setDates] = useState({ from: "", to: "" });
  useEffect(() => {
    if (days !== "dates") ask(lastDays(Number(days)));
  }, [days, ask]);
  const choose = (changed: Partial<typeof dates>): void => {
    const next = { ...dates, ...changed };
    setDates(next);
    const period = wholeDays(next.from, next.to);
    if (period) ask(period);
  };
  return (
    <>
      <Field>
        {translate("explain_since")}
        <select value={days} onChange={(event) => setDays(event.target.value)}>
          {PERIODS.map((period) => (
            <option key={period} value={period}>
              {translate("days_ago", { days: period })}
            </option>
          ))}
          <option value="dates">{translate("other_dates")}</option>
        </select>
      </Field>
      {days === "dates" && <Dates dates={dates} onChange={choose} />}
      {state.kind === "loading" && <Small role="status">{translate("explain_loading")}</Small>}
      {state.kind === "failed" && (
        <div role="alert">
          <Trouble>{failureText(state.failure)}</Trouble>
          <SmallLink onClick={() => ask(state.period)}>{translate("retry")}</SmallLink>
        </div>
      )}
      {state.kind === "done" && <Explained explanation={state.value} />}
    </>
  );
}

interface DatesProps {
  dates: { from: string; to: string };
  onChange: (changed: Partial<DatesProps["dates"]>) => void;
}

function Dates({ dates: { from, to }, onChange }: DatesProps) {
  const isWrong = from !== "" && to !== "" && wholeDays(from, to) === null;
  return (
    <>
      <Field>
        {translate("date_from")}
        <input type="date" value={from} onChange={(event) => onChange({ from: event.target.value })} />
      </Field>
      <Field>
        {translate("date_to")}
        <input
          aria-invalid={isWrong}
          type="date"
          value={to}
          onChange={(event) => onChange({ to: event.target.value })}
        />
      </Field>
      {isWrong && <Trouble role="alert">{translate("dates_wrong")}</Trouble>}
    </>
  );
}

function lastDays(days: number): { from: string; to: string } {
  const now = Date.now();
  return { from: new Date(now - days * DAY_MS).toISOString(), to: new Date(now).toISOString() };
}

/** From the beginning of the first day to the end of the last, or to now; `null` = in no order, or not to come. */
function wholeDays(from: string, to: string): { from: string; to: string } | null {
  const start = Date.parse(`${from}T00:00:00`);
  const lastDay = Date.parse(`${to}T00:00:00`);
  const now = Date.now();
  if (!(start < lastDay) || lastDay > now) return null;
  const end = Math.min(Date.parse(`${to}T23:59:59.999`), now);
  return { from: new Date(start).toISOString(), to: new Date(end).toISOString() };
}

function Explained({ explanation }: { explanation: ChangeExplanation }) {
  return (
    <div>
      <Small>
        <Strong>{titleOf(explanation)}</Strong>
      </Small>
      <List>
        {explanation.items.map((item) => (
          <PointRow key={item.measure} points={formats.signed(item.points)}>
            {item.sentence}
            {item.since && <Subtle>{translate("since", { date: formats.day(item.since) })}</Subtle>}
            <EvidenceLinks evidence={item.evidence} />
          </PointRow>
        ))}
      </List>
      {explanation.notes.map((note) => (
        <Small key={note} style={{ marginTop: 4 }}>
          {note}
        </Small>
      ))}
    </div>
  );
}

function titleOf({ from, to, points, items }: ChangeExplanation): string {
  const values = { from: formats.day(from.at), to: formats.day(to.at) };
  if (points === null)
    return translate("explain_no_score", { date: from.score === null ? values.from : values.to });
  if (items.length === 0) return translate("explain_nothing", values);
  return translate("explain_points", { ...values, points: formats.signed(points) });
}
