import type { AccountState } from "../../account-state.ts";
import { compareText } from "../../canonical-json.ts";

/** One answer to a survey. */
export interface Answer {
  score: number;
  at: string;
  /** `{platform}:{rating id}` */
  key: string;
}

/** Answers after `since`, newest first; one that is known from two parties of the account counts once. */
export function answersSince(
  state: AccountState,
  metric: "nps" | "csat",
  since: string,
  now: string,
): Answer[] {
  const keys = new Set<string>();
  const found: Answer[] = [];
  for (const { key, value, answeredAt } of state.ratings) {
    if (value?.metric !== metric || answeredAt === null || answeredAt <= since || answeredAt > now) continue;
    if (keys.has(key)) continue;
    keys.add(key);
    found.push({ score: value.score, at: answeredAt, key });
  }
  return found.sort((a, b) => compareText(b.at, a.at) || a.score - b.score);
}
