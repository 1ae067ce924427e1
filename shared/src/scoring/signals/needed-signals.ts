import type { ChurnModel } from "../churn-model.ts";
import { RED_FLAGS } from "../red-flags.ts";
import type { Scorecard } from "../scorecard.ts";
import { isSignalKey, type SignalKey, signalKeys } from "./signal.ts";

/** Read whatever the definitions are: what red flags and caps look at. */
const ALWAYS: readonly string[] = [
  ...RED_FLAGS.flatMap(({ signs }) => signs.map(({ signal }) => signal)),
  "csat",
];

const known = new WeakMap<Scorecard, WeakMap<ChurnModel, readonly SignalKey[]>>();

/** The signals that a calculation looks at; worked out once per pair of definitions. Thousands of accounts are scored with the same. */
export function neededSignals(scorecard: Scorecard, churnModel: ChurnModel): readonly SignalKey[] {
  const ofCard = known.get(scorecard) ?? new WeakMap<ChurnModel, readonly SignalKey[]>();
  known.set(scorecard, ofCard);
  const found = ofCard.get(churnModel) ?? needed(scorecard, churnModel);
  ofCard.set(churnModel, found);
  return found;
}

function needed({ dimensions }: Scorecard, { features }: ChurnModel): readonly SignalKey[] {
  const measures = dimensions.flatMap((dimension) => dimension.measures.map(({ signal }) => signal));
  const names = new Set<string>(
    [...measures, ...features.map(({ from }) => from), ...ALWAYS].filter(isSignalKey),
  );
  return signalKeys.filter((key) => names.has(key));
}
