import { Accordion, Button, DateInput, Flex, Text, ToggleGroup } from "@hubspot/ui-extensions";
import { useState } from "react";
import { type CalendarDay, calendarDay, daysBefore, endOfDay, startOfDay } from "../dates.ts";
import type { AccountActions } from "../hooks/useAccountActions.ts";
import { useExplanation } from "../hooks/useExplanation.ts";
import { Explanation } from "./Explanation.tsx";

const PERIODS = [
  { label: "7 days ago", value: "7" },
  { label: "30 days ago", value: "30" },
  { label: "90 days ago", value: "90" },
  { label: "Other dates", value: "dates" },
];
const FIRST_PERIOD = "30";

interface Props {
  explain: AccountActions["explain"];
  timeZone: string;
}

/** What moved the score, since when, and what shows it; asked for when it is opened. */
export function WhyAndSince({ explain, timeZone }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const [period, setPeriod] = useState(FIRST_PERIOD);
  const reader = useExplanation(explain);
  const choose = (value: string): void => {
    setPeriod(value);
    if (value === "dates") return;
    const now = Date.now();
    reader.ask(between(daysBefore(now, Number(value)), now));
  };
  const toggle = (): void => {
    if (!isOpen && reader.state.kind === "idle") choose(period);
    setIsOpen(!isOpen);
  };
  return (
    <Accordion title="Why, and since when" open={isOpen} onClick={toggle}>
      <Flex direction="column" gap="small">
        <ToggleGroup
          toggleType="radioButtonList"
          name="period"
          label="What changed since"
          options={PERIODS}
          value={period}
          inline
          onChange={choose}
        />
        {period === "dates" && (
          <DatePair
            timeZone={timeZone}
            onShow={(from, to) =>
              reader.ask(between(startOfDay(from, timeZone), Math.min(endOfDay(to, timeZone), Date.now())))
            }
          />
        )}
        <Explanation reader={reader} timeZone={timeZone} />
      </Flex>
    </Accordion>
  );
}

const between = (fromMs: number, toMs: number) => ({
  from: new Date(fromMs).toISOString(),
  to: new Date(toMs).toISOString(),
});

interface DatePairProps {
  timeZone: string;
  onShow: (from: CalendarDay, to: CalendarDay) => void;
}

function DatePair({ timeZone, onShow }: DatePairProps) {
  const today = calendarDay(Date.now(), timeZone);
  const [from, setFrom] = useState(calendarDay(daysBefore(Date.now(), Number(FIRST_PERIOD)), timeZone));
  const [to, setTo] = useState(today);
  const trouble = troubleOf(from, to, today);
  return (
    <Flex direction="column" gap="small">
      <Flex direction="row" gap="small" wrap>
        <DateInput
          name="from"
          label="From"
          format="medium"
          timezone="portalTz"
          value={from}
          max={today}
          error={trouble !== null}
          onChange={(chosen) => setFrom(dayOf(chosen) ?? from)}
        />
        <DateInput
          name="to"
          label="To"
          format="medium"
          timezone="portalTz"
          value={to}
          max={today}
          error={trouble !== null}
          onChange={(chosen) => setTo(dayOf(chosen) ?? to)}
        />
      </Flex>
      {trouble !== null && <Text>{trouble}</Text>}
      <Flex direction="row">
        <Button size="sm" disabled={trouble !== null} onClick={() => onShow(from, to)} testId="show-dates">
          Compare
        </Button>
      </Flex>
    </Flex>
  );
}

/** Without what HubSpot adds for show; `null` for a field that was cleared, which HubSpot's types do not tell of. */
const dayOf = (chosen: CalendarDay | null): CalendarDay | null =>
  chosen === null ? null : { year: chosen.year, month: chosen.month, date: chosen.date };

function troubleOf(from: CalendarDay, to: CalendarDay, today: CalendarDay): string | null {
  if (dayNumber(to) > dayNumber(today) || dayNumber(from) > dayNumber(today))
    return "Choose days that are not in the future.";
  return dayNumber(from) < dayNumber(to) ? null : "The first day has to be before the last.";
}

const dayNumber = ({ year, month, date }: CalendarDay): number => Date.UTC(year, month, date);
