import type { Told } from "../outcomes/customer-history.ts";
import { counted } from "../scoring/words.ts";
import { DAY_MS } from "../units.ts";
import { ENOUGH_LOSSES, HORIZON_DAYS } from "./look-facts.ts";
import type { ShadowReport } from "./shadow-report.ts";

export type WhatCame = "lost" | "stayed" | "open";

/** After an alarm: a loss within 90 days, a renewal or an expansion, or 90 days without either. */
export function whatCame(outcomes: readonly Told[], alarm: Date | null, now: Date): WhatCame {
  if (alarm === null) return "open";
  const horizon = alarm.getTime() + HORIZON_DAYS * DAY_MS;
  const after = outcomes.filter(({ at }) => at >= alarm && at <= now && at.getTime() <= horizon);
  if (after.some(({ kind }) => kind === "churned")) return "lost";
  const hasStayed = after.some(({ kind }) => kind === "renewed" || kind === "expanded");
  return hasStayed || now.getTime() >= horizon ? "stayed" : "open";
}

export function verdictOf(
  activeOnly: readonly WhatCame[],
  shadowOnly: readonly WhatCame[],
): ShadowReport["verdict"] {
  const times = (list: readonly WhatCame[], what: WhatCame): number =>
    list.filter((each) => each === what).length;
  const right = {
    active: times(activeOnly, "lost") + times(shadowOnly, "stayed"),
    shadow: times(shadowOnly, "lost") + times(activeOnly, "stayed"),
  };
  const open = times(activeOnly, "open") + times(shadowOnly, "open");
  return { right, open, sentence: verdictWords(right.active, right.shadow, open) };
}

function verdictWords(active: number, shadow: number, open: number): string {
  const known = active + shadow;
  if (known + open === 0) return "No alarm was raised by only one of the two, so there is nothing to decide.";
  if (known === 0)
    return `Of ${counted(open, "alarm")} that only one of the two raised it is not known yet who is right. That shows with a renewal, a loss, or after ${HORIZON_DAYS} days.`;
  const few = known < ENOUGH_LOSSES ? " That is too few to decide by." : "";
  return `Of ${counted(known, "alarm")} that only one of the two raised, the version in force was right ${counted(active, "time")} and the shadow ${counted(shadow, "time")}; ${open} are open.${few}`;
}
