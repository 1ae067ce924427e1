import { type AccountId, refKey } from "@bellwether/shared";
import type { AskedCard, CardStore, FoundCard, KeptCard, ReadyCard } from "../../services/ports.ts";
import { GroupCommit } from "./group-commit.ts";
import { DROP_EXPIRED_CARDS, FIND_CARDS, KEEP_CARD } from "./ready-card-sql.ts";
import type { Database } from "./sql.ts";

/** So many are looked for in one statement, where they are asked for at once. */
const MAX_CARDS_PER_READ = 16;
/** Whoever is refused is told to come again. */
const MAX_WAITING = 10_000;

/** @param build of the program that makes the cards: what another one made is out of date */
export function createCardStore(database: Database, build: () => Promise<string>): CardStore {
  const group = new GroupCommit<AskedCard, FoundCard | null>({
    commit: async (asked) => find(database, asked, await build()),
    // the next ones are looked for while the answers to these are written
    lanes: database.kind === "server" ? 2 : 1,
    maxItems: MAX_CARDS_PER_READ,
    maxWaiting: MAX_WAITING,
  });
  return {
    find: async (asked) => (await group.add([asked]))[0] ?? null,
    keep: async (card) => {
      await database.query(KEEP_CARD, keepValues(card, await build()), { isPrepared: true });
    },
    dropExpired: async (now) => {
      await database.query(DROP_EXPIRED_CARDS, [now]);
    },
  };
}

interface FoundRow {
  /** Which of the asked, from 1. */
  n: number;
  account_id: AccountId;
  basis: string | null;
  body: string | null;
  freshness: ReadyCard["freshness"];
  places:
    | { platform: "hubspot" | "zendesk"; status: "active" | "disconnected"; syncedAt: string | null }[]
    | null;
}

/** One look at the database for all of them: what a card rests on and the card itself are of one moment. */
async function find(
  database: Database,
  asked: readonly AskedCard[],
  build: string,
): Promise<(FoundCard | null)[]> {
  const rows = await database.query<FoundRow>(
    FIND_CARDS,
    [
      asked.map(({ tenant }) => tenant),
      asked.map(({ ref }) => refKey(ref)),
      asked.map(({ audience }) => audience),
      asked.map(({ now }) => now.toISOString()),
      build,
    ],
    { isPrepared: true },
  );
  const found: (FoundCard | null)[] = asked.map(() => null);
  for (const row of rows) found[row.n - 1] = toFound(row);
  return found;
}

const toFound = ({ account_id, basis, body, freshness, places }: FoundRow): FoundCard => ({
  accountId: account_id,
  places: (places ?? []).map((place) => ({
    ...place,
    syncedAt: place.syncedAt === null ? null : new Date(place.syncedAt),
  })),
  basis,
  card: body === null ? null : { body, freshness },
});

const keepValues = (card: KeptCard, build: string) => [
  card.tenant,
  card.accountId,
  card.audience,
  card.basis,
  build,
  card.builtAt,
  card.validUntil,
  card.body,
  card.freshness === null ? null : JSON.stringify(card.freshness),
  card.agesDays.map(String),
];
