import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../sandbox/index.ts";
import { Random } from "../sandbox/random.ts";
import { eventually } from "../support/eventually.ts";
import { PersistentSender, type SentEvent } from "../support/hubspot-sender.ts";
import {
  adminGet,
  listAccounts,
  newStorage,
  oneCompany,
  type Storage,
  storageKinds,
  untilScored,
} from "../support/one-company.ts";
import { freePort, type ServerProcess, startServer } from "../support/server-process.ts";

const KILLS = 20;
const MINUTE_MS = 60_000;

interface Counts {
  hubspot: { accepted: number; duplicates: number; rejected: number };
}

describe.each(storageKinds)("a server killed at random moments of a stream (%s)", (kind) => {
  const random = new Random(41, `kills ${kind}`);
  let sandbox: Sandbox;
  let storage: Storage;
  let port: number;
  let server: ServerProcess;

  beforeAll(async () => {
    sandbox = await startSandbox({
      seed: 41,
      now: () => new Date(),
      accounts: 20,
      // the oracle reads the whole book while its tickets have just been written to
      limits: { zendeskExportQuietMs: 0, zendeskExportsPerMinute: 1_000 },
    });
    [storage, port] = await Promise.all([newStorage(kind), freePort()]);
    server = await startServer({ ...oneCompany(sandbox, port), ...storage.environment }, port);
    await untilScored(server.url);
  }, 2 * MINUTE_MS);
  afterAll(async () => {
    await server?.stop();
    await sandbox?.stop();
    await storage?.remove();
  });

  it(
    "loses no acknowledged event, counts none twice, and ends at the scores of a server that was never killed",
    async () => {
      const sender = new PersistentSender(
        `http://127.0.0.1:${port}/webhooks/hubspot`,
        sandbox.hubspotClientSecret,
      );
      const stream = streamOfEvents(sandbox, sender, random);
      for (let kill = 0; kill < KILLS; kill++) {
        await new Promise((resolve) => setTimeout(resolve, random.int(20, 900)));
        await server.kill();
        server = await startServer({ ...oneCompany(sandbox, port), ...storage.environment }, port);
      }
      stream.stop();
      await sender.settled();

      const { hubspot } = await adminGet<Counts>(server.url, "/intake/counts");
      expect(sender.sent.size).toBeGreaterThan(200);
      expect(hubspot.accepted).toBe(sender.sent.size);
      expect(hubspot.rejected).toBe(0);

      const expected = await scoresOfAnUndisturbedServer(sandbox);
      await eventually(async () => expectSame(await scores(server.url), expected), MINUTE_MS);
      await eventually(() => expectSame(writtenScores(sandbox), expected), MINUTE_MS);
    },
    8 * MINUTE_MS,
  );
});

/** Company by company: something changes at the platform, and a signed delivery says so. */
function streamOfEvents(sandbox: Sandbox, sender: PersistentSender, random: Random): { stop(): void } {
  let eventId = 1;
  const timer = setInterval(() => {
    const events = Array.from({ length: random.int(1, 12) }, (): SentEvent => {
      const account = random.pick(sandbox.accounts);
      // HubSpot keeps some twenty earlier values of a property; with more the oracle could not read the month before
      if (eventId % 200 === 0) void sandbox.actions.usageDrops(account.key);
      if (eventId % 200 === 100) void sandbox.actions.usageRecovers(account.key);
      return {
        eventId: eventId++,
        portalId: Number(sandbox.portalId),
        objectId: Number(account.hubspotCompanyId),
        occurredAt: Date.now(),
        subscriptionType: "company.propertyChange",
        propertyName: "logins_30d",
        propertyValue: "1",
      };
    });
    sender.send(events);
  }, 120);
  return { stop: () => clearInterval(timer) };
}

/** Scores depend on the hour; between the two servers' answers minutes have passed, which a tenth of a point covers. */
function expectSame(actual: Scores, expected: Scores): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [company, score] of Object.entries(expected)) {
    if (score === null) expect(actual[company], company).toBeNull();
    else expect(Math.abs((actual[company] ?? Number.NaN) - score), company).toBeLessThanOrEqual(0.11);
  }
}

type Scores = Record<string, number | null>;
const companyOf = (links: { ref: { objectType: string; id: string } }[]): string =>
  links.find((link) => link.ref.objectType === "company")?.ref.id ?? "";

async function scores(url: string): Promise<Scores> {
  const accounts = await listAccounts(url);
  return Object.fromEntries(accounts.map((account) => [companyOf(account.links), account.healthScore]));
}

function writtenScores(sandbox: Sandbox): Scores {
  const written: Scores = {};
  for (const write of sandbox.writes) {
    const score = write.values["bellwether_health_score"];
    if (write.objectType === "company" && score !== undefined)
      written[write.id] = score === "" ? null : Number(score);
  }
  return written;
}

/** The independent answer: a fresh server that reads the platforms as they are now and never saw an event. */
async function scoresOfAnUndisturbedServer(sandbox: Sandbox): Promise<Scores> {
  const [storage, port] = await Promise.all([newStorage("embedded"), freePort()]);
  const server = await startServer({ ...oneCompany(sandbox, port), ...storage.environment }, port);
  try {
    await untilScored(server.url);
    return await scores(server.url);
  } finally {
    await server.stop();
    await storage.remove();
  }
}
