import type { ChangeExplanation } from "./api/account-health.ts";
import { type Grants, maySeeFinancial, NEEDS_GRANT } from "./grants.ts";
import { generalSentences, revealsSeats } from "./open-explanation.ts";
import { type Explained, openMeasures, REST, withoutDeals } from "./policy.ts";
import type { Role } from "./roles.ts";

type Item = ChangeExplanation["items"][number];

/**
 * Takes out of an explanation of a period what the reader may not see, by the rules of the view. A measure has to be
 * open at both ends: else the one end would tell what the other hides.
 */
export function applyExplanationPolicy(
  explanation: ChangeExplanation,
  ends: { earlier: Explained | null; later: Explained | null },
  role: Role,
  grants: Grants,
): ChangeExplanation {
  if (maySeeFinancial(role, grants)) return explanation;
  const moved = explanation.items.map((item) => item.measure);
  const rules = [ends.earlier, ends.later].flatMap((end) =>
    end === null ? [] : [openMeasures(end, role, grants, hiddenAnywhere(ends, moved))],
  );
  const isOpen = (measure: string): boolean => rules.every((rule) => rule(measure));
  const open = explanation.items.filter((item) => isOpen(item.measure)).map(withoutDeals);
  const hidden = explanation.items.filter((item) => !isOpen(item.measure));
  const told = role === "agent" ? inGeneral(open, ends.later) : open;
  return { ...explanation, items: hidden.length === 0 ? told : [...told, asOne(hidden, role)] };
}

/** A measure that counts at one end only hides something at both. */
const hiddenAnywhere = (
  { earlier, later }: { earlier: Explained | null; later: Explained | null },
  moved: readonly string[],
): string[] => [
  ...moved,
  ...[earlier, later].flatMap(
    (end) => end?.contributions.filter((c) => c.measureScore !== null).map((c) => c.measure) ?? [],
  ),
];

function inGeneral(items: readonly Item[], later: Explained | null): Item[] {
  const sentences = generalSentences(later?.contributions ?? []);
  return items.map((item) =>
    revealsSeats(item.measure)
      ? { ...item, sentence: sentences.get(item.measure) ?? `${item.label}: no longer known.` }
      : item,
  );
}

function asOne(items: readonly Item[], role: Role): Item {
  const points = items.reduce((sum, item) => sum + item.points, 0);
  const words = role === "agent" ? REST : { label: "Other measures", sentence: NEEDS_GRANT };
  return { measure: "other", ...words, points, since: null, evidence: [] };
}
