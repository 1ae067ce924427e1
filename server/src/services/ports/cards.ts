import type {
  AccountHealthView,
  AccountId,
  DatedOverride,
  HealthResult,
  RecordRef,
  TenantId,
} from "@bellwether/shared";
import type { AccountSummary } from "./accounts.ts";
import type { Connection } from "./connections.ts";
import type { StoredCorrection } from "./corrections.ts";
import type { TrendPoint } from "./scores.ts";

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

/** Where a platform of the tenant is, and how it is now. */
export type Place = Pick<Connection, "platform" | "externalId" | "status" | "syncedAt">;

export interface FoundCard {
  /** The account that the record belongs to. */
  accountId: AccountId;
  /** Oldest connection first. */
  places: readonly Place[];
  /** `null` = none was built, or it is out of date. */
  card: ReadyCard | null;
}

export interface AskedParts {
  tenant: TenantId;
  /** A merged one is answered by its survivor. */
  accountId: AccountId;
  now: Date;
  weekAgo: Date;
  monthAgo: Date;
  /** How far back the points of the trend go. */
  trendSince: Date;
}

/** Everything that a card is made of, as it was at one moment. */
export interface CardParts {
  account: Pick<AccountSummary, "id" | "name" | "createdAt" | "links">;
  /** Digest of all of this, apart from what the clock moves: the card stands as long as the digest does. */
  basis: string;
  /** `null` = not calculated yet. */
  result: HealthResult | null;
  /** Newest results at or before those times; `null` = none. */
  weekAgo: HealthResult | null;
  monthAgo: HealthResult | null;
  /** Oldest first, at most one per day (the day's last). */
  trend: readonly TrendPoint[];
  /** Newest first, expired and withdrawn ones too. */
  corrections: readonly StoredCorrection[];
  /** What of them holds at `now`, as in `CorrectionStore.overrides`. */
  overrides: readonly DatedOverride[];
  /** Oldest connection first. */
  places: readonly Place[];
}

export interface KeptCard extends ReadyCard {
  tenant: TenantId;
  accountId: AccountId;
  audience: string;
  /** Of the parts that it was built from. */
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
  /** `null` = the tenant has no such account. */
  parts(asked: AskedParts): Promise<CardParts | null>;
  /** Does nothing where something that the card rests on has changed since it was built. */
  keep(card: KeptCard): Promise<void>;
  /** Those of all tenants that are out of date by the clock. */
  dropExpired(now: Date): Promise<void>;
}
