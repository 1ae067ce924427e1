import { compareText } from "../canonical-json.ts";
import type { Observation } from "../observation.ts";
import type { OutcomeSettings } from "../outcomes/outcome-settings.ts";

/**
 * When the account became a customer: the mapped date, else the first time it became one by lifecycle stage, else
 * its first won deal, else its creation. `null` = never a customer, or none any more with no known date of the loss:
 * nothing can be learned from it.
 */
export function customerStart(
  observations: readonly Observation[],
  createdAt: Date,
  settings: OutcomeSettings,
): Date | null {
  const found = collect(observations);
  const stages = found.stages.toSorted((a, b) => compareText(a.at, b.at)).map(({ value }) => value);
  const wasEver = stages.some((stage) => settings.customerStages.includes(stage));
  const isSaid = found.mapped !== null || found.became.length > 0 || found.won.length > 0;
  if (stages.length > 0 && !wasEver && !isSaid) return null;
  const isLost = settings.lostStages.includes(stages.at(-1) ?? "");
  // a stage that was never seen to change says that the customer is gone, but not since when
  if (isLost && !wasEver) return null;
  const start = found.mapped?.value ?? first(found.became) ?? first(found.won) ?? first(found.created);
  return start === null ? createdAt : new Date(start);
}

const first = (dates: readonly string[]): string | null => dates.toSorted(compareText)[0] ?? null;

interface Found {
  /** The newest word of the mapped property. */
  mapped: { at: string; value: string } | null;
  became: string[];
  won: string[];
  created: string[];
  stages: { at: string; value: string }[];
}

function collect(observations: readonly Observation[]): Found {
  const found: Found = { mapped: null, became: [], won: [], created: [], stages: [] };
  for (const o of observations) {
    if (o.kind === "deal" && o.value?.status === "won") found.won.push(o.at);
    if (o.kind !== "profile" || typeof o.value !== "string") continue;
    const entry = { at: o.at, value: o.value };
    if (o.key === "lifecycleStage") found.stages.push(entry);
    else if (Number.isNaN(Date.parse(o.value))) continue;
    else if (o.key === "becameCustomerAt") found.became.push(o.value);
    else if (o.key === "createdAt") found.created.push(o.value);
    else if (o.key === "customerSince" && (found.mapped === null || o.at >= found.mapped.at))
      found.mapped = entry;
  }
  return found;
}
