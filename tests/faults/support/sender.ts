import { setTimeout as sleep } from "node:timers/promises";
import type { Sandbox } from "../../sandbox/index.ts";
import type { Random } from "../../sandbox/random.ts";
import { hubspotHeaders, type SentEvent } from "../../support/hubspot-sender.ts";
import { type AckedEvent, ackedHubspot, ackedZendesk } from "./ledger.ts";

/** HubSpot's own patience. */
const TIMEOUT_MS = 5_000;
const FIRST_RETRY_MS = 50;
/** With many deliveries waiting, quicker ones would be a fault of their own. */
const LONGEST_RETRY_MS = 800;

/** One answer to a delivery. */
export interface SenderAnswer {
  at: number;
  ms: number;
  /** `null` = none: refused, cut off or too slow. */
  status: number | null;
  retryAfter: string | null;
}

/**
 * A platform's side of "nothing lost": delivers until it is answered 2xx, however often the receiver dies, and
 * remembers every event that it got a 2xx for and every answer.
 */
export class RecordingSender {
  readonly acked: AckedEvent[] = [];
  readonly answers: SenderAnswer[] = [];
  readonly #url: string;
  readonly #secret: string;
  readonly #open = new Set<Promise<void>>();
  #isAbandoned = false;

  constructor(url: string, secret: string) {
    this.#url = url;
    this.#secret = secret;
  }

  /** @returns when it was acknowledged */
  send(events: readonly SentEvent[]): Promise<void> {
    const delivery = this.#untilAnswered(events).finally(() => this.#open.delete(delivery));
    this.#open.add(delivery);
    return delivery;
  }

  /** All deliveries so far are acknowledged. */
  async settled(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open);
  }

  abandon(): void {
    this.#isAbandoned = true;
  }

  /** Answers that must not be, whatever the trouble: 4xx, which platforms take for final, and 503 without Retry-After. */
  get wrongAnswers(): string[] {
    return this.answers.flatMap(({ status, retryAfter }) =>
      status === null || status < 300 || (status === 503 && retryAfter !== null)
        ? []
        : [`${status}${status === 503 ? " without Retry-After" : ""}`],
    );
  }

  async #untilAnswered(events: readonly SentEvent[]): Promise<void> {
    for (let attemptNumber = 0; !this.#isAbandoned; attemptNumber++) {
      const body = JSON.stringify(events.map((event) => ({ ...event, attemptNumber })));
      const { status } = await this.#post(body);
      if (status !== null && status < 300) {
        this.acked.push(...events.map(ackedHubspot));
        return;
      }
      await sleep(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attemptNumber));
    }
  }

  async #post(body: string): Promise<SenderAnswer> {
    const begun = performance.now();
    const answer = await fetch(this.#url, {
      method: "POST",
      body,
      headers: hubspotHeaders(this.#url, body, this.#secret),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch(() => null); // killed under our hands
    const isRead = await answer?.arrayBuffer().then(
      () => true,
      () => false, // the status had come, the rest did not
    );
    const seen = {
      at: Date.now(),
      ms: performance.now() - begun,
      status: answer && isRead ? answer.status : null,
      retryAfter: answer?.headers.get("retry-after") ?? null,
    };
    this.answers.push(seen);
    return seen;
  }
}

/** What the sandbox itself delivered and got a 2xx for. */
export const ackedBySandbox = ({ deliver }: Sandbox): AckedEvent[] => {
  const taken = deliver.log.filter(({ status }) => status !== null && status < 300);
  return taken.flatMap(({ platform, body }) =>
    platform === "zendesk"
      ? [ackedZendesk(body)]
      : (JSON.parse(body) as { eventId: number }[]).map(ackedHubspot),
  );
};

export interface Stream {
  /** Something that its records show happens to this account; resolves when the event about it is acknowledged. */
  change(accountKey: string): Promise<void>;
  /** An event about this account; resolves when it is acknowledged. */
  tell(accountKey: string): Promise<void>;
  stop(): void;
}

/** HubSpot keeps some twenty earlier values of a property; with more the oracle could not read the month before. */
const MAX_CHANGES_OF_AN_ACCOUNT = 8;

/** A change that HubSpot tells of, whether or not there was one. */
export const eventAbout = (sandbox: Sandbox, companyId: string, eventId: number): SentEvent => ({
  eventId,
  portalId: Number(sandbox.portalId),
  objectId: Number(companyId),
  occurredAt: Date.now(),
  subscriptionType: "company.propertyChange",
  propertyName: "logins_30d",
  propertyValue: "1",
});

/**
 * Company by company: events about it, of which now and then one is of something that really changed its records.
 * @param options.changes share of the deliveries with such a one, 0–1
 */
export function startStream(
  sandbox: Sandbox,
  sender: RecordingSender,
  random: Random,
  { everyMs = 120, changes: share = 0.15 }: { everyMs?: number; changes?: number } = {},
): Stream {
  let eventId = 1;
  const changes = new Map<string, number>();
  const eventOf = (companyId: string): SentEvent => eventAbout(sandbox, companyId, eventId++);
  const alter = async (accountKey: string): Promise<boolean> => {
    const n = changes.get(accountKey) ?? 0;
    if (n >= MAX_CHANGES_OF_AN_ACCOUNT) return false;
    changes.set(accountKey, n + 1);
    await (n % 2 === 0 ? sandbox.actions.usageDrops(accountKey) : sandbox.actions.usageRecovers(accountKey));
    return true;
  };
  const round = async (): Promise<void> => {
    const picked = Array.from({ length: random.int(1, 12) }, () => random.pick(sandbox.accounts));
    if (random.chance(share) && picked[0]) await alter(picked[0].key);
    void sender.send(picked.map((account) => eventOf(account.hubspotCompanyId)));
  };
  const timer = setInterval(() => void round(), everyMs);
  const tell = async (accountKey: string): Promise<void> => {
    const account = sandbox.accounts.find(({ key }) => key === accountKey);
    if (!account) throw new Error(`no account ${accountKey}`);
    await sender.send([eventOf(account.hubspotCompanyId)]);
  };
  return {
    tell,
    change: async (accountKey) => {
      await sandbox.actions.urgentTicket(accountKey, { openedHoursAgo: 60 });
      await tell(accountKey);
    },
    stop: () => clearInterval(timer),
  };
}
