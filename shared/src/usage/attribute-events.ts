import type { GroupTraits, ProductEvent } from "./product-event.ts";
import { featureOf, isLogin, type UsageMap } from "./usage-map.ts";

/** The group that a user's newest `group` call named. */
export interface UserGroup {
  group: string;
  /** Of that call; ISO 8601. */
  at: string;
}

/** What one user of a group did on one day, UTC. */
export interface DayCount {
  group: string;
  day: string;
  user: string;
  events: number;
  logins: number;
}
export interface FeatureCount {
  group: string;
  day: string;
  feature: string;
  uses: number;
}
/** Of a user without a known group; `feature` is empty where the event was none. */
export interface PendingCount {
  user: string;
  day: string;
  feature: string;
  events: number;
  logins: number;
}
export interface SeenGroup {
  group: string;
  seenAt: string;
  /** Of the newest `group` call among the events. */
  traits: (GroupTraits & { at: string }) | null;
}

/** What a set of events adds to the counts; every list has each of its keys once. */
export interface UsageChange {
  days: DayCount[];
  features: FeatureCount[];
  pending: PendingCount[];
  users: (UserGroup & { user: string })[];
  groups: SeenGroup[];
  /** Everything of one user hash becomes that of another; `group` is where the days of the first one stand. */
  moved: { from: string; to: string; group: string | null }[];
  /** Users whose pending counts belong to a group now. */
  released: { user: string; group: string }[];
}

interface Options {
  map: UsageMap;
  /** Events of earlier days are left out: no window reaches back to them. */
  oldestDay: string;
}

/**
 * Adds events up by day. An event belongs to the group that it names itself, else to that of its user's newest
 * `group` call, else it waits for one.
 * @param events in the order in which they came, each once
 * @param known by user, for all users that the events name
 */
export function attributeEvents(
  events: readonly ProductEvent[],
  known: ReadonlyMap<string, UserGroup>,
  options: Options,
): UsageChange {
  const counts = new Counts(known, options);
  for (const event of events) counts.add(event);
  return counts.change();
}

class Counts {
  readonly #options: Options;
  readonly #before: ReadonlyMap<string, UserGroup>;
  readonly #users = new Map<string, UserGroup>();
  readonly #days = new Map<string, DayCount>();
  readonly #features = new Map<string, FeatureCount>();
  readonly #pending = new Map<string, PendingCount>();
  readonly #groups = new Map<string, SeenGroup>();
  readonly #moved = new Map<string, string>();

  constructor(known: ReadonlyMap<string, UserGroup>, options: Options) {
    this.#before = known;
    this.#options = options;
  }

  add(event: ProductEvent): void {
    if (event.previousUser !== null) this.#move(event.previousUser, event.user);
    if (event.type === "group" && event.group !== null) this.#join(event, event.group);
    const group = event.group ?? this.#groupOf(event.user)?.group ?? null;
    if (group !== null) this.#see(group, event);
    const day = event.at.slice(0, 10);
    if (!event.isActive || day < this.#options.oldestDay) return;
    const feature = featureOf(event, this.#options.map);
    const logins = isLogin(event, this.#options.map) ? 1 : 0;
    if (group === null) this.#wait(event.user, day, feature ?? "", logins);
    else this.#count(group, event.user, day, feature, logins);
  }

  change(): UsageChange {
    const moved = [...this.#moved.keys()].map((from) => ({
      from,
      to: this.#newest(from),
      group: this.#before.get(from)?.group ?? null,
    }));
    const waiting = new Set([
      ...[...this.#pending.values()].map(({ user }) => this.#newest(user)),
      ...moved.map(({ to }) => to),
      ...this.#users.keys(),
    ]);
    return {
      days: [...this.#days.values()],
      features: [...this.#features.values()],
      pending: [...this.#pending.values()],
      users: [...this.#users].map(([user, { group, at }]) => ({ user, group, at })),
      groups: [...this.#groups.values()],
      moved,
      released: [...waiting].flatMap((user) => {
        const group = this.#groupOf(user)?.group;
        return group === undefined ? [] : [{ user, group }];
      }),
    };
  }

  #groupOf = (user: string): UserGroup | undefined => this.#users.get(user) ?? this.#before.get(user);

  /** The hash that a person has in the end; steps are bounded, because a circle of aliases is possible. */
  #newest(user: string): string {
    let newest = user;
    for (let steps = 0; steps <= this.#moved.size; steps++) {
      const next = this.#moved.get(newest);
      if (next === undefined || next === user) return newest;
      newest = next;
    }
    return user;
  }

  #move(from: string, to: string): void {
    if (from === to || this.#newest(to) === from) return;
    this.#moved.set(from, to);
    const group = this.#groupOf(from);
    if (group !== undefined && this.#groupOf(to) === undefined) this.#users.set(to, group);
  }

  #join({ user, at }: ProductEvent, group: string): void {
    const last = this.#groupOf(user);
    if (last === undefined || last.at <= at) this.#users.set(user, { group, at });
  }

  #see(group: string, { at, traits }: ProductEvent): void {
    const seen = this.#groups.get(group) ?? { group, seenAt: at, traits: null };
    if (at > seen.seenAt) seen.seenAt = at;
    if (traits !== null && (seen.traits === null || seen.traits.at <= at)) seen.traits = { ...traits, at };
    this.#groups.set(group, seen);
  }

  #count(group: string, user: string, day: string, feature: string | null, logins: number): void {
    const key = JSON.stringify([group, day, user]);
    const count = this.#days.get(key) ?? { group, day, user, events: 0, logins: 0 };
    count.events++;
    count.logins += logins;
    this.#days.set(key, count);
    if (feature === null) return;
    const featureKey = JSON.stringify([group, day, feature]);
    const uses = this.#features.get(featureKey) ?? { group, day, feature, uses: 0 };
    uses.uses++;
    this.#features.set(featureKey, uses);
  }

  #wait(user: string, day: string, feature: string, logins: number): void {
    const key = JSON.stringify([user, day, feature]);
    const count = this.#pending.get(key) ?? { user, day, feature, events: 0, logins: 0 };
    count.events++;
    count.logins += logins;
    this.#pending.set(key, count);
  }
}
