import { type AccountHealthView, DAY_MS, type RecordRef, type TenantId } from "@bellwether/shared";
import {
  COMPARED_DAYS,
  type HealthDeps,
  noAccount,
  type Reader,
  shownFreshness,
  viewOfAccount,
} from "./get-account-health.ts";
import type { CardParts, CardStore, FoundCard, Log, ReadyCard } from "./ports.ts";

export interface CardDeps extends HealthDeps {
  cards: CardStore;
  log: Log;
}

/** However little happens, a card is built again so often: accounts are calculated again after three days at most. */
const KEPT_DAYS = 7;

/**
 * Health of the account that a record of a platform belongs to, as JSON of an `AccountHealthView`. One look at the
 * database where a card is ready; else a second one at what it is made of, and it is kept for the next reader
 * (docs/decisions/0017-ready-cards.md).
 * @throws {AppError} `not_found`
 */
export async function readCard(
  deps: CardDeps,
  tenant: TenantId,
  ref: RecordRef,
  reader: Reader,
): Promise<string> {
  const now = deps.clock.now();
  const audience = audienceOf(reader);
  const found = await deps.cards.find({ tenant, ref, audience, now });
  if (found === null) throw noAccount();
  if (found.card !== null) return cardText(found.card, found.places, now);
  const built = await viewOfAccount(deps, { tenant, id: found.accountId, reader, now });
  const card = toCard(built.view);
  const { account, basis, places } = built.parts;
  // a merged account has no card of its own
  if (built.isSettled && account.id === found.accountId) {
    const agesDays = Object.values(COMPARED_DAYS);
    const kept = { tenant, accountId: account.id, audience, basis, builtAt: now, agesDays };
    // nobody waits for it, and the next reader can do without it
    deps.cards
      .keep({ ...card, ...kept, validUntil: validUntil(built.parts, now) })
      .catch((error: unknown) => deps.log.warn({ err: error }, "a card was not kept"));
  }
  return cardText(card, places, now);
}

/** Readers who are shown the same: to an agent a card says which words are their own. */
const audienceOf = ({ id, role, financial }: Reader): string =>
  [role, ...(financial ? ["financial"] : []), ...(role === "agent" ? [id] : [])].join(" ");

function toCard(view: AccountHealthView): ReadyCard {
  const { freshness, ...rest } = view;
  return view.lost
    ? { body: JSON.stringify(view), freshness: null }
    : { body: JSON.stringify(rest), freshness };
}

function cardText({ body, freshness }: ReadyCard, places: FoundCard["places"], now: Date): string {
  if (freshness === null) return body;
  const shown = shownFreshness({ lost: null, freshness }, places, now);
  return `${body.slice(0, -1)},"freshness":${JSON.stringify(shown)}}`;
}

/** Words of people begin and cease to hold by the clock. */
function validUntil({ corrections }: Pick<CardParts, "corrections">, now: Date): Date {
  const turns = corrections
    .flatMap((c) => [c.createdAt, c.expiresAt])
    .map((at) => at.getTime())
    .filter((at) => at > now.getTime());
  return new Date(Math.min(now.getTime() + KEPT_DAYS * DAY_MS, ...turns));
}
