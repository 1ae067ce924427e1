import { type AccountId, refKey } from "@bellwether/shared";
import type {
  AskedCard,
  AskedParts,
  CardParts,
  CardStore,
  FoundCard,
  KeptCard,
  ReadyCard,
} from "../../services/ports.ts";
import { type PlaceRow, readCardParts, toPlaces } from "./card-parts.ts";
import { GroupCommit } from "./group-commit.ts";
import { DROP_EXPIRED_CARDS, FIND_CARDS, KEEP_CARDS } from "./ready-card-sql.ts";
import type { Database } from "./sql.ts";

/** So many are looked for in one statement, where they are asked for at once. */
const MAX_CARDS_PER_READ = 16;
/** Whoever is refused is told to come again. */
const MAX_WAITING = 10_000;
/** Of the texts of cards: some ten kilobytes each. The others are not kept. */
const MAX_WAITING_TO_BE_KEPT = 1_000;

/** @param build of the program that makes the cards: what another one made is out of date */
export function createCardStore(database: Database, build: () => Promise<string>): CardStore {
  // the next ones are looked for while the answers to these are written
  const lanes = database.kind === "server" ? 2 : 1;
  const limits = { lanes, gathers: true, maxItems: MAX_CARDS_PER_READ, maxWaiting: MAX_WAITING };
  const cards = new GroupCommit<AskedCard, FoundCard | null>({
    commit: async (asked) => find(database, asked, await build()),
    ...limits,
  });
  const parts = new GroupCommit<AskedParts, CardParts | null>({
    commit: async (asked) => readCardParts(database, asked, await build()),
    ...limits,
  });
  const kept = new GroupCommit<KeptCard, null>({
    commit: async (cards) => keep(database, cards, await build()),
    ...limits,
    lanes: 1, // nobody waits for it
    maxWaiting: MAX_WAITING_TO_BE_KEPT,
  });
  return {
    find: async (asked) => (await cards.add([asked]))[0] ?? null,
    parts: async (asked) => (await parts.add([asked]))[0] ?? null,
    keep: async (card) => {
      await kept.add([card]);
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
  body: string | null;
  freshness: ReadyCard["freshness"];
  places: PlaceRow[] | null;
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

const toFound = ({ account_id, body, freshness, places }: FoundRow): FoundCard => ({
  accountId: account_id,
  places: toPlaces(places),
  card: body === null ? null : { body, freshness },
});

/** What two readers made of the same card at the same time is kept once. */
async function keep(database: Database, cards: readonly KeptCard[], build: string): Promise<null[]> {
  const byKey = new Map(cards.map((card) => [`${card.tenant} ${card.accountId} ${card.audience}`, card]));
  const once = [...byKey.values()];
  await database.query(
    KEEP_CARDS,
    [
      once.map(({ tenant }) => tenant),
      once.map(({ accountId }) => accountId),
      once.map(({ audience }) => audience),
      once.map(({ basis }) => basis),
      once.map(({ builtAt }) => builtAt.toISOString()),
      once.map(({ validUntil }) => validUntil.toISOString()),
      once.map(({ body }) => body),
      once.map(({ freshness }) => (freshness === null ? "" : JSON.stringify(freshness))),
      once.map(({ agesDays }) => agesDays.join()),
      build,
    ],
    { isPrepared: true },
  );
  return cards.map(() => null);
}
