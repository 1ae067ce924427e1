import type { Fact } from "./observation.ts";
import type { UsageMetric } from "./source-record.ts";

type ValueOf<K extends Fact["kind"]> = Extract<Fact, { kind: K }>["value"];
export type ProfileValue = ValueOf<"profile">;
export type ContactValue = ValueOf<"contact">;
export type DealValue = ValueOf<"deal">;
export type TicketValue = ValueOf<"ticket">;
export type RatingValue = ValueOf<"rating">;
export type CustomRegisterValue = ValueOf<"custom">;

/** The newest value of one (party, key) pair, and since when it holds. */
export interface Register<V> {
  subject: string;
  key: string;
  at: string;
  value: V;
}
/** A person's part when last here; outlives the person's going, so that a lost champion is seen as lost. */
export interface LastRole {
  role: NonNullable<ContactValue>["role"];
  at: string;
}
export interface ContactRegister extends Register<ContactValue> {
  last: LastRole | null;
}
export interface DealRegister extends Register<DealValue> {
  /** Earliest date at which it counted as won; survives later edits of the deal. */
  firstWonAt: string | null;
}
export interface RatingRegister extends Register<RatingValue> {
  /** When it was first given; a later change of the answer does not make it newer. */
  answeredAt: string | null;
}
/** The newest contact with one person, or of the company's own record. */
export interface Touch {
  subject: string;
  key: string;
  at: string;
}
export interface UsagePoint {
  at: string;
  /** `null` = the property was emptied. */
  value: number | null;
}
export interface UsageSeries {
  subject: string;
  key: UsageMetric;
  /** Oldest first. */
  points: readonly UsagePoint[];
}

/**
 * Everything that scoring reads of one account, folded from its observations. Plain JSON; every list is sorted by
 * subject and key, so that equal sets of observations give the same text. A party keeps its own registers: a
 * contact who moves between two companies of one account is gone from one and present at the other.
 */
export interface AccountState {
  profile: readonly Register<ProfileValue>[];
  contacts: readonly ContactRegister[];
  deals: readonly DealRegister[];
  tickets: readonly Register<TicketValue>[];
  ratings: readonly RatingRegister[];
  touches: readonly Touch[];
  usage: readonly UsageSeries[];
  /** Signals of the admin's own, by key; those of ticket fields by `{key}/{ticket key}`. */
  custom: readonly Register<CustomRegisterValue>[];
}

export const emptyAccountState = (): AccountState => ({
  profile: [],
  contacts: [],
  deals: [],
  tickets: [],
  ratings: [],
  touches: [],
  usage: [],
  custom: [],
});

/**
 * Newest value of a profile field over the account's parties; `null` = not known or emptied. HubSpot's word counts
 * before Zendesk's where both have the field, because subjects sort that way and the CRM is the anchor.
 */
export function profileValue(state: AccountState, key: string): ProfileValue {
  return profileRegister(state, key)?.value ?? null;
}

/** The register behind `profileValue`, with the date since when it holds. */
export function profileRegister(state: AccountState, key: string): Register<ProfileValue> | null {
  let found: Register<ProfileValue> | null = null;
  for (const register of state.profile) {
    if (register.key !== key || register.value === null) continue;
    if (found === null || (register.subject.startsWith("hubspot:") && register.at > found.at))
      found = register;
  }
  return found;
}
