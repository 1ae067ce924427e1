import type { AccountId, DatedOverride, MatchRule } from "@bellwether/shared";
import type { AskedParts, CardParts, Place, StoredCorrection } from "../../services/ports.ts";
import { type CorrectionRow, datedOverride, toCorrection } from "./correction-store.ts";
import { CARD_PARTS } from "./ready-card-sql.ts";
import { refOf } from "./record-key.ts";
import type { Database } from "./sql.ts";
import { resultIn, type StoredResult } from "./stored-result.ts";

/** JSON of a row: its times are texts. */
type Told<Row> = {
  [K in keyof Row]: Row[K] extends Date ? string : Row[K] extends Date | null ? string | null : Row[K];
};

/** As `PLACES` has them. */
export type PlaceRow = Told<Place>;

interface PartsRow {
  /** Which of the asked, from 1. */
  n: number;
  id: AccountId;
  name: string;
  created_at: Date;
  basis: string;
  packed: Uint8Array | null;
  result: StoredResult | null;
  week_packed: Uint8Array | null;
  week_result: StoredResult | null;
  month_packed: Uint8Array | null;
  month_result: StoredResult | null;
  trend: [at: number, healthScore: number | null, isReconstructed: boolean][] | null;
  words: Told<CorrectionRow>[] | null;
  links: { ref: string; rule: MatchRule }[] | null;
  places: PlaceRow[] | null;
}

/** One look at the database for all of them; what each is made of is of one moment. */
export async function readCardParts(
  database: Database,
  asked: readonly AskedParts[],
  build: string,
): Promise<(CardParts | null)[]> {
  const rows = await database.query<PartsRow>(
    CARD_PARTS,
    [
      asked.map(({ tenant }) => tenant),
      asked.map(({ accountId }) => accountId),
      asked.map(({ weekAgo }) => weekAgo.toISOString()),
      asked.map(({ monthAgo }) => monthAgo.toISOString()),
      asked.map(({ trendSince }) => trendSince.toISOString()),
      build,
    ],
    { isPrepared: true },
  );
  const found = new Map(rows.map((row) => [row.n, row]));
  return asked.map(({ now }, i) => {
    const row = found.get(i + 1);
    return row === undefined ? null : toParts(row, now);
  });
}

function toParts(row: PartsRow, now: Date): CardParts {
  const corrections = (row.words ?? []).map(toldCorrection);
  return {
    account: {
      id: row.id,
      name: row.name,
      createdAt: row.created_at,
      links: (row.links ?? []).map(({ ref, rule }) => ({ ref: refOf(ref), accountId: row.id, rule })),
    },
    basis: row.basis,
    result: resultIn(row),
    weekAgo: resultIn({ packed: row.week_packed, result: row.week_result }),
    monthAgo: resultIn({ packed: row.month_packed, result: row.month_result }),
    trend: (row.trend ?? []).map(([at, healthScore, isReconstructed]) => ({
      at: new Date(at),
      healthScore,
      isReconstructed,
    })),
    corrections,
    overrides: overridesAt(corrections, now),
    places: toPlaces(row.places),
  };
}

export const toPlaces = (rows: readonly PlaceRow[] | null): Place[] =>
  (rows ?? []).map((place) => ({ ...place, syncedAt: dateOf(place.syncedAt) }));

/** The newest that was not withdrawn, while it holds: an older one never comes back by itself. */
function overridesAt(newestFirst: readonly StoredCorrection[], now: Date): DatedOverride[] {
  const newest = newestFirst.find(({ override, withdrawnAt }) => override !== null && withdrawnAt === null);
  return newest !== undefined && newest.expiresAt > now ? datedOverride(newest) : [];
}

const toldCorrection = (row: Told<CorrectionRow>): StoredCorrection =>
  toCorrection({
    ...row,
    created_at: new Date(row.created_at),
    expires_at: new Date(row.expires_at),
    withdrawn_at: dateOf(row.withdrawn_at),
  });

const dateOf = (text: string | null): Date | null => (text === null ? null : new Date(text));
