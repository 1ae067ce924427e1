import { compareText } from "../canonical-json.ts";
import type { Observation } from "../observation.ts";
import { type Outcome, outcomeReasonOf } from "./outcome.ts";
import type { OutcomeSettings } from "./outcome-settings.ts";

type Dated<V> = { at: string; value: V };
type DealValue = NonNullable<Extract<Observation, { kind: "deal" }>["value"]>;

/**
 * What the ledger itself says of an account's fate: lifecycle stages, closed deals and the mapped property
 * `churnedAt` with `churnReason`. Each outcome has the key of what it was read from, so that reading it again gives
 * the same one. The order of the observations does not matter.
 */
export function outcomesOf(observations: Iterable<Observation>, settings: OutcomeSettings): Outcome[] {
  const stages = new Map<string, Dated<string | null>[]>();
  const deals = new Map<string, Dated<DealValue | null>[]>();
  const properties = new Map<string, Dated<string | null>[]>();
  for (const o of observations) {
    if (o.kind === "deal") add(deals, o.key, { at: o.at, value: o.value });
    else if (o.kind === "profile" && (o.value === null || typeof o.value === "string")) {
      if (o.key === "lifecycleStage") add(stages, o.subject, { at: o.at, value: o.value });
      else if (o.key === "churnedAt" || o.key === "churnReason")
        add(properties, `${o.subject} ${o.key}`, { at: o.at, value: o.value });
    }
  }
  return [
    ...[...stages].flatMap(([subject, history]) => ofStages(subject, history, settings)),
    ...[...deals].flatMap(([key, history]) => ofDeal(key, history, settings)),
    ...[...properties].flatMap(([name, history]) => ofProperty(name, history, properties)),
  ].toSorted((a, b) => a.at.getTime() - b.at.getTime() || compareText(a.sourceKey, b.sourceKey));
}

/** Oldest first; two of one moment in the order of their text, as the fold takes the greater one. */
function add<V>(map: Map<string, Dated<V>[]>, key: string, entry: Dated<V>): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [entry]);
  else known.push(entry);
}
const inOrder = <V>(history: readonly Dated<V>[]): Dated<V>[] =>
  history.toSorted(
    (a, b) => compareText(a.at, b.at) || compareText(JSON.stringify(a.value), JSON.stringify(b.value)),
  );

/** A customer moved to a lost stage was lost then; one who is moved back afterwards is a customer again. */
function ofStages(
  subject: string,
  history: readonly Dated<string | null>[],
  { customerStages, lostStages }: OutcomeSettings,
): Outcome[] {
  const found: Outcome[] = [];
  let was: "customer" | "lost" | null = null;
  for (const { at, value } of inOrder(history)) {
    const is = value !== null && customerStages.includes(value) ? "customer" : "lost";
    if (value === null || (is === "lost" && !lostStages.includes(value))) continue;
    if (is === "lost" && was === "customer") found.push(ofLifecycle("churned", subject, at));
    if (is === "customer" && was === "lost") found.push(ofLifecycle("renewed", subject, at));
    if (is === "customer" || was !== null) was = is;
  }
  return found;
}

const ofLifecycle = (kind: "churned" | "renewed", subject: string, at: string): Outcome => ({
  kind,
  at: new Date(at),
  source: "lifecycle",
  sourceKey: `${subject}:lifecycle_stage:${new Date(at).toISOString().slice(0, 10)}`,
  reason: null,
  note: null,
});

/** Since when the deal says what it says now: a record that is read anew repeats its present later. */
function ofDeal(
  key: string,
  history: readonly Dated<DealValue | null>[],
  settings: OutcomeSettings,
): Outcome[] {
  const ordered = inOrder(history);
  const last = ordered.at(-1)?.value;
  if (!last || last.status === "open") return [];
  let since = ordered.at(-1)?.at ?? "";
  for (const { at, value } of ordered.toReversed()) {
    if (value?.status !== last.status) break;
    since = at;
  }
  const kind = kindOf(last, settings);
  if (kind === null) return [];
  const [platform, id] = key.split(":", 2);
  const sourceKey = `${platform}:deal:${id}`;
  return [{ kind, at: new Date(since), source: "deal", sourceKey, reason: null, note: null }];
}

function kindOf({ dealType, status }: DealValue, settings: OutcomeSettings): Outcome["kind"] | null {
  if (dealType === "renewal") {
    if (status === "won") return "renewed";
    return settings.lostRenewalIsChurn ? "churned" : null;
  }
  return dealType === "expansion" && status === "won" ? "expanded" : null;
}

/** The newest value counts: an earlier one was a mistake, and an emptied one takes the loss back. */
function ofProperty(
  name: string,
  history: readonly Dated<string | null>[],
  all: ReadonlyMap<string, Dated<string | null>[]>,
): Outcome[] {
  const [subject = "", key] = name.split(" ");
  const value = inOrder(history).at(-1)?.value ?? null;
  if (key !== "churnedAt" || value === null || Number.isNaN(Date.parse(value))) return [];
  const why = inOrder(all.get(`${subject} churnReason`) ?? []).at(-1)?.value ?? null;
  const reason = why === null ? null : outcomeReasonOf(why);
  return [
    {
      kind: "churned",
      at: new Date(value),
      source: "property",
      sourceKey: `${subject}:churned_at`,
      reason,
      note: reason === "other" && why !== "other" ? why : null,
    },
  ];
}
