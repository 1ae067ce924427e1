import type { AccountHealthView, AccountId, Platform, RecordRef, TenantId } from "@bellwether/shared";

/** A card's text as it was built for an audience, and what of it is told anew whenever somebody looks. */
export interface ReadyCard {
  /** JSON of an `AccountHealthView`, without `freshness` unless `freshness` is `null`. */
  body: string;
  /** The sources as the result has them; `null` = they stand in `body` and stay as they are (a lost account). */
  freshness: AccountHealthView["freshness"] | null;
}

/** Who asks beside which record, and when. */
export interface AskedCard {
  tenant: TenantId;
  ref: RecordRef;
  /** Readers of one audience are shown the same text. */
  audience: string;
  now: Date;
}

export interface FoundCard {
  /** The account that the record belongs to. */
  accountId: AccountId;
  /** Oldest connection first. */
  places: readonly { platform: Platform; status: "active" | "disconnected"; syncedAt: Date | null }[];
  /** Digest of all that a card rests on, as it is now; `null` = the account was merged, and its survivor answers. */
  basis: string | null;
  /** `null` = none was built, or it is out of date. */
  card: ReadyCard | null;
}

export interface KeptCard extends ReadyCard {
  tenant: TenantId;
  accountId: AccountId;
  audience: string;
  /** As it was found before the card was built. */
  basis: string;
  builtAt: Date;
  /** A stored result that becomes that old comes into, or goes out of, what the card shows. */
  agesDays: readonly number[];
  /** When it is out of date by the clock, for other reasons than those ages. */
  validUntil: Date;
}

/** Ready cards: a card is shown only while everything that it rests on is as it was, in the same look at the database. */
export interface CardStore {
  /** `null` = no account of the tenant belongs to the record. */
  find(asked: AskedCard): Promise<FoundCard | null>;
  /** Does nothing where something that the card rests on has changed since it was found. */
  keep(card: KeptCard): Promise<void>;
  /** Those of all tenants that are out of date by the clock. */
  dropExpired(now: Date): Promise<void>;
}
