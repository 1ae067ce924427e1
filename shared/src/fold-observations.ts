import type {
  AccountState,
  ContactRegister,
  DealRegister,
  LastRole,
  RatingRegister,
  Register,
  Touch,
  UsagePoint,
  UsageSeries,
} from "./account-state.ts";
import { canonicalJson, compareText } from "./canonical-json.ts";
import type { Observation } from "./observation.ts";

/*
 * Folding is a join of semilattices: every rule below is commutative, associative and idempotent, so that neither
 * the order of arrival nor a repeated observation matters.
 */

interface Named {
  subject: string;
  key: string;
}
type Merge<T> = (known: T, added: T) => T;

/** Text order is time order only at a fixed width, so instants without milliseconds are widened. */
const fixedWidth = (at: string): string => (at.length === 24 ? at : new Date(at).toISOString());

/** Whether `a` replaces `b`: newer, or of the same time and with the greater JSON text. */
function replaces(a: { at: string; value: unknown }, b: { at: string; value: unknown }): boolean {
  if (a.at !== b.at) return a.at > b.at;
  return compareText(canonicalJson(a.value), canonicalJson(b.value)) > 0;
}

const mergeRegister = <V>(known: Register<V>, added: Register<V>): Register<V> =>
  replaces(added, known) ? added : known;

function mergeContact(known: ContactRegister, added: ContactRegister): ContactRegister {
  const winner = replaces(added, known) ? added : known;
  const last = mergeLastRole(known.last, added.last);
  return winner.last === last ? winner : { ...winner, last };
}

function mergeLastRole(a: LastRole | null, b: LastRole | null): LastRole | null {
  if (a === null || b === null) return a ?? b;
  return replaces({ at: b.at, value: b.role }, { at: a.at, value: a.role }) ? b : a;
}

function mergeDeal(known: DealRegister, added: DealRegister): DealRegister {
  const winner = replaces(added, known) ? added : known;
  const firstWonAt = earliest(known.firstWonAt, added.firstWonAt);
  return winner.firstWonAt === firstWonAt ? winner : { ...winner, firstWonAt };
}

const earliest = (a: string | null, b: string | null): string | null =>
  a === null || b === null ? (a ?? b) : a < b ? a : b;

function mergeRating(known: RatingRegister, added: RatingRegister): RatingRegister {
  const winner = replaces(added, known) ? added : known;
  const answeredAt = earliest(known.answeredAt, added.answeredAt);
  return winner.answeredAt === answeredAt ? winner : { ...winner, answeredAt };
}

const mergeTouch = (known: Touch, added: Touch): Touch => (added.at > known.at ? added : known);

const comparePoints = (a: UsagePoint, b: UsagePoint): number =>
  compareText(a.at, b.at) || compareText(String(a.value), String(b.value));

function mergeSeries(known: UsageSeries, added: UsageSeries): UsageSeries {
  const point = added.points[0];
  const last = known.points.at(-1);
  if (point === undefined) return known;
  if (last === undefined || comparePoints(point, last) > 0)
    return { ...known, points: [...known.points, point] };
  const index = known.points.findIndex((p) => comparePoints(p, point) >= 0);
  const found = known.points[index];
  if (found !== undefined && comparePoints(found, point) === 0) return known;
  return { ...known, points: known.points.toSpliced(index, 0, point) };
}

const compareNames = (a: Named, b: Named): number =>
  compareText(a.subject, b.subject) || compareText(a.key, b.key);

/** The list with `added` merged in; the same list when nothing changes. */
function put<T extends Named>(list: readonly T[], added: T, merge: Merge<T>): readonly T[] {
  let low = 0;
  for (let high = list.length; low < high; ) {
    const middle = (low + high) >>> 1;
    const entry = list[middle];
    if (entry !== undefined && compareNames(entry, added) < 0) low = middle + 1;
    else high = middle;
  }
  const known = list[low];
  if (known === undefined || compareNames(known, added) !== 0) return list.toSpliced(low, 0, added);
  const merged = merge(known, added);
  return merged === known ? list : list.with(low, merged);
}

/** One more observation; the same state object when it says nothing new. */
export function applyObservation(state: AccountState, observation: Observation): AccountState {
  const part = partOf(observation);
  switch (part.list) {
    case "profile":
      return withList(state, "profile", put(state.profile, part.entry, mergeRegister));
    case "contacts":
      return withList(state, "contacts", put(state.contacts, part.entry, mergeContact));
    case "deals":
      return withList(state, "deals", put(state.deals, part.entry, mergeDeal));
    case "tickets":
      return withList(state, "tickets", put(state.tickets, part.entry, mergeRegister));
    case "ratings":
      return withList(state, "ratings", put(state.ratings, part.entry, mergeRating));
    case "touches":
      return withList(state, "touches", put(state.touches, part.entry, mergeTouch));
    case "usage":
      return withList(state, "usage", put(state.usage, part.entry, mergeSeries));
    case "custom":
      return withList(state, "custom", put(state.custom, part.entry, mergeRegister));
  }
}

const withList = <K extends keyof AccountState>(
  state: AccountState,
  name: K,
  list: AccountState[K],
): AccountState => (list === state[name] ? state : { ...state, [name]: list });

/** The state that all observations lead to, in any order, however often each comes. */
export function foldObservations(observations: Iterable<Observation>): AccountState {
  const maps = {
    profile: new Map<string, AccountState["profile"][number]>(),
    contacts: new Map<string, ContactRegister>(),
    deals: new Map<string, DealRegister>(),
    tickets: new Map<string, AccountState["tickets"][number]>(),
    ratings: new Map<string, RatingRegister>(),
    touches: new Map<string, Touch>(),
    usage: new Map<string, UsageSeries & { points: UsagePoint[] }>(),
    custom: new Map<string, AccountState["custom"][number]>(),
  };
  for (const observation of observations) {
    const part = partOf(observation);
    const id = `${part.entry.subject}\n${part.entry.key}`;
    if (part.list === "profile") add(maps.profile, id, part.entry, mergeRegister);
    else if (part.list === "contacts") add(maps.contacts, id, part.entry, mergeContact);
    else if (part.list === "deals") add(maps.deals, id, part.entry, mergeDeal);
    else if (part.list === "tickets") add(maps.tickets, id, part.entry, mergeRegister);
    else if (part.list === "ratings") add(maps.ratings, id, part.entry, mergeRating);
    else if (part.list === "touches") add(maps.touches, id, part.entry, mergeTouch);
    else if (part.list === "custom") add(maps.custom, id, part.entry, mergeRegister);
    else {
      const known = maps.usage.get(id);
      if (known === undefined) maps.usage.set(id, { ...part.entry, points: [...part.entry.points] });
      else known.points.push(...part.entry.points);
    }
  }
  return {
    profile: sorted(maps.profile),
    contacts: sorted(maps.contacts),
    deals: sorted(maps.deals),
    tickets: sorted(maps.tickets),
    ratings: sorted(maps.ratings),
    touches: sorted(maps.touches),
    usage: sorted(maps.usage).map((series) => ({ ...series, points: distinctPoints(series.points) })),
    custom: sorted(maps.custom),
  };
}

/** The state as it was at the end of `at`: what became true later is left out. */
export function foldAsOf(observations: Iterable<Observation>, at: Date): AccountState {
  const limit = at.toISOString();
  const seen: Observation[] = [];
  for (const observation of observations) if (fixedWidth(observation.at) <= limit) seen.push(observation);
  return foldObservations(seen);
}

function add<T>(map: Map<string, T>, id: string, entry: T, merge: Merge<T>): void {
  const known = map.get(id);
  map.set(id, known === undefined ? entry : merge(known, entry));
}

const sorted = <T extends Named>(map: ReadonlyMap<string, T>): T[] => [...map.values()].sort(compareNames);

const distinctPoints = (points: readonly UsagePoint[]): UsagePoint[] =>
  points.toSorted(comparePoints).filter((point, index, all) => {
    const before = all[index - 1];
    return before === undefined || comparePoints(before, point) !== 0;
  });

/** The list of the state that an observation belongs to, and the entry that it alone would make. */
function partOf(o: Observation) {
  const { subject } = o;
  const at = fixedWidth(o.at);
  switch (o.kind) {
    case "profile":
      return { list: "profile", entry: { subject, key: o.key, at, value: o.value } } as const;
    case "contact":
      return { list: "contacts", entry: contactEntry(subject, at, o) } as const;
    case "deal":
      return { list: "deals", entry: dealEntry(subject, at, o) } as const;
    case "ticket":
      return { list: "tickets", entry: ticketEntry(subject, at, o) } as const;
    case "rating":
      return { list: "ratings", entry: ratingEntry(subject, at, o) } as const;
    case "touch":
      return { list: "touches", entry: { subject, key: o.key, at } } as const;
    case "usage":
      return { list: "usage", entry: { subject, key: o.key, points: [{ at, value: o.value }] } } as const;
    case "custom":
      return { list: "custom", entry: { subject, key: o.key, at, value: o.value } } as const;
  }
}

type Of<K extends Observation["kind"]> = Extract<Observation, { kind: K }>;

// Values are rebuilt key by key: a database may hand them back in another order.
const contactEntry = (subject: string, at: string, o: Of<"contact">): ContactRegister => ({
  subject,
  key: o.key,
  at,
  value: o.value && { role: o.value.role, isBounced: o.value.isBounced },
  last: o.value && { role: o.value.role, at },
});
const dealEntry = (subject: string, at: string, o: Of<"deal">): DealRegister => ({
  subject,
  key: o.key,
  at,
  value: o.value && { dealType: o.value.dealType, status: o.value.status },
  firstWonAt: o.value?.status === "won" ? at : null,
});
const ticketEntry = (subject: string, at: string, o: Of<"ticket">): AccountState["tickets"][number] => ({
  subject,
  key: o.key,
  at,
  value: o.value && {
    createdAt: fixedWidth(o.value.createdAt),
    status: o.value.status,
    priority: o.value.priority,
    reopens: o.value.reopens,
    firstReplyMinutes: o.value.firstReplyMinutes,
    resolutionMinutes: o.value.resolutionMinutes ?? null,
    sentiment: o.value.sentiment ?? null,
  },
});
const ratingEntry = (subject: string, at: string, o: Of<"rating">): RatingRegister => ({
  subject,
  key: o.key,
  at,
  value: o.value && { metric: o.value.metric, score: o.value.score },
  answeredAt: o.value && at,
});
