import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../server/src/adapters/db/database.ts";
import { readMigrations } from "../../server/src/adapters/db/migrations.ts";
import type { SandboxAccount } from "../sandbox/index.ts";
import type { Random } from "../sandbox/random.ts";
import { CookieJar } from "../support/browserless.ts";
import { createServerDatabase, TEST_SERVER } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { storageKinds } from "../support/one-company.ts";
import { freePort, startServer } from "../support/server-process.ts";
import { killWithin } from "./support/kill-within.ts";
import { bar, drawsFor, IS_SHORT, inSeconds, kindsFor, say, sized } from "./support/plan.ts";
import { type Stream, startStream } from "./support/sender.ts";
import type { TcpProxy } from "./support/tcp-proxy.ts";
import {
  type FaultWorld,
  openFaultWorld,
  sayFault,
  showOnFailure,
  untilIdle,
  untilReady,
} from "./support/world.ts";

const GOES_ON_MS = 10_000;

describe("F1 a server that is killed", () => {
  // F4 does the same to the embedded database
  it.each(kindsFor("server").slice(-1))(
    "F1 (%s) at random moments of a stream loses nothing, doubles nothing and soon goes on",
    async (kind) => {
      const random = drawsFor(`F1 stream ${kind}`);
      const kills = sized(32, 4);
      const world = await openFaultWorld({ kind });
      try {
        let server = await world.start();
        showOnFailure(() => [server]);
        await untilReady(world, server);
        const stream = startStream(world.sandbox, world.sender, random);
        const goesOn: number[] = [];
        for (let kill = 1; kill <= kills; kill++) {
          await sleep(random.int(20, 900));
          const marked = kill % 4 === 0 ? await markedAccount(world, stream, kill / 4 - 1) : null;
          await world.kill(server);
          const restartedAt = performance.now();
          server = await world.start();
          if (marked) goesOn.push(await untilWritten(world, marked, restartedAt));
        }
        stream.stop();
        const report = await world.settle([server]);
        sayFault(`F1 stream (${kind})`, {
          kills,
          report,
          measured: { "work goes on after at most": inSeconds(Math.max(...goesOn)) },
        });
        expect(report.violations).toEqual([]);
        expect(world.sender.wrongAnswers).toEqual([]);
        expect(goesOn.length).toBeGreaterThan(0);
        expect(Math.max(...goesOn)).toBeLessThan(bar(GOES_ON_MS));
      } finally {
        await world.remove();
      }
    },
  );

  it.each(kindsFor("server"))(
    "F1 (%s) while it reads, scores, writes and waits for the answer repeats one call at most",
    async (kind) => {
      const random = drawsFor(`F1 moments ${kind}`);
      const world = await openFaultWorld({ kind, hubspotThroughProxy: true });
      try {
        let server = await world.start();
        showOnFailure(() => [server]);
        await untilReady(world, server);
        const stream = startStream(world.sandbox, world.sender, random, { everyMs: 400 });
        let kills = 0;
        for (let round = 0; round < sized(2, 1); round++)
          for (const moment of random.shuffle(MOMENTS)) {
            const come = moment(world, random);
            await markedAccount(world, stream, kills);
            await Promise.race([come, sleep(15_000)]);
            await world.kill(server);
            kills += 1;
            server = await world.start();
          }
        stream.stop();
        const report = await world.settle([server]);
        sayFault(`F1 moments (${kind})`, { kills, report });
        expect(report.violations).toEqual([]);
      } finally {
        await world.remove();
      }
    },
  );

  // the short form leaves this one to the outbox store's own tests
  it.skipIf(IS_SHORT).each(storageKinds)(
    "F1 (%s) before it heard that a value arrived, when the score has gone back meanwhile, shows the score all the same",
    async (kind) => {
      const random = drawsFor(`F1 went back ${kind}`);
      const world = await openFaultWorld({ kind, hubspotThroughProxy: true, sandbox: { accounts: 20 } });
      try {
        let server = await world.start();
        showOnFailure(() => [server]);
        await untilReady(world, server);
        const stream = startStream(world.sandbox, world.sender, random, { everyMs: 2_000, changes: 0 });
        const accounts = accountsThatReturn(world);
        const kills = 2;
        for (let kill = 0; kill < kills; kill++) {
          const account = accounts[kill % accounts.length];
          if (!account) throw new Error("no account is red and uses the product");
          await written(world, account, async () => {
            // what is asked arrives, and no answer comes back
            void proxyOf(world)
              .seen("request", /POST \S*\/batch\/update/)
              .then(() => proxyOf(world).trouble({ swallows: "answers" }));
            await world.sandbox.actions.usageDrops(account.key);
            await stream.tell(account.key);
          });
          await world.sandbox.actions.usageRecovers(account.key);
          await stream.tell(account.key);
          await world.kill(server);
          proxyOf(world).trouble({});
          server = await world.start();
          await untilIdle(world, [server]);
        }
        stream.stop();
        const report = await world.settle([server]);
        sayFault(`F1 went back (${kind})`, { kills, report });
        expect(report.violations).toEqual([]);
      } finally {
        await world.remove();
      }
    },
  );
});

/** Each resolves in the moment in which the server is to die. */
const MOMENTS: ((world: FaultWorld, random: Random) => Promise<unknown>)[] = [
  // it has claimed records and asks for them
  (world) => proxyOf(world).seen("request", /POST \S*\/batch\/read/),
  // it has read them, and commits, claims accounts or scores
  async (world, random) => {
    await proxyOf(world).seen("request", /POST \S*\/batch\/read/);
    await sleep(random.int(5, 120));
  },
  // the values are on their way
  (world) => proxyOf(world).seen("request", /POST \S*\/batch\/update/),
  // the platform has them, and the server will not hear of it
  ({ sandbox }) =>
    new Promise<void>((resolve) => {
      const stop = sandbox.onWrite(() => {
        stop();
        resolve();
      });
    }),
];

describe.skipIf(TEST_SERVER === null)("F1 a server that is killed on PostgreSQL", () => {
  it("F1 in the middle of its first migrations leaves each of them done or not begun", async () => {
    const random = drawsFor("F1 migration");
    const kills = sized(30, 2);
    const names = (await readMigrations()).length;
    const created = await createServerDatabase();
    const environment = {
      DATABASE_URL: created.url,
      ENCRYPTION_KEY: Buffer.alloc(32, 3).toString("base64"),
    };
    try {
      for (let kill = 0; kill < kills; kill++)
        await killWithin(environment, await freePort(), random.int(300, 1_200 + kill * 150));
      const server = await startServer(environment, await freePort());
      await server.stop();
      const database = await openDatabase({ databaseUrl: created.url, dataDir: null });
      const [row] = await database.query<{ done: number }>(
        "SELECT count(*)::int AS done FROM _prisma_migrations WHERE finished_at IS NOT NULL",
      );
      await database.close();
      expect(row?.done).toBe(names);
      say(`F1 migration: ${kills} kills, ${names} migrations applied once each`);
    } finally {
      await created.drop();
    }
  });

  it.skipIf(IS_SHORT)("F1 while a token is renewed keeps the grant and goes on", async () => {
    const random = drawsFor("F1 token");
    const world = await openFaultWorld({ kind: "server", signIn: "oauth", hubspotThroughProxy: true });
    const proxy = proxyOf(world);
    try {
      let server = await world.start();
      showOnFailure(() => [server]);
      const admin = new CookieJar();
      for (const path of ["hubspot/install", `zendesk/install?subdomain=${world.sandbox.subdomain}`])
        expect(await (await admin.get(`${server.url}/oauth/${path}`)).text()).toContain("is connected");
      await untilReady(world, server);
      const stream = startStream(world.sandbox, world.sender, random, { everyMs: 200 });
      const kills = 6;
      for (let kill = 0; kill < kills; kill++) {
        const direction = kill % 2 === 0 ? "request" : "answer";
        const pattern = direction === "request" ? /POST \/oauth\/\S+\/token/ : /"access_token":/;
        const come = proxy.seen(direction, pattern);
        world.sandbox.expireTokens("hubspot");
        await Promise.race([come, sleep(15_000)]);
        await world.kill(server);
        server = await world.start();
      }
      stream.stop();
      const report = await world.settle([server]);
      sayFault("F1 token", { kills, report });
      expect(report.violations).toEqual([]);
    } finally {
      await world.remove();
    }
  });
});

/** Those that use the product less and are red all the same, so that all of their values go back with their use. */
const accountsThatReturn = ({ sandbox }: FaultWorld): SandboxAccount[] =>
  sandbox.accounts.filter(({ story, hubspotCompanyId: id }) => {
    const shown = sandbox.writes.findLast((write) => write.id === id)?.values ?? {};
    const logins = sandbox.hubspot.value(sandbox.hubspot.get("companies", id), "logins_30d");
    return story !== "churned" && shown["bellwether_health_band"] === "red" && Number(logins) > 0;
  });

/** Resolves when HubSpot has been told something about this account, after `cause`. */
async function written(
  { sandbox }: FaultWorld,
  { hubspotCompanyId }: SandboxAccount,
  cause: () => Promise<void>,
): Promise<void> {
  const from = sandbox.writes.length;
  await cause();
  await eventually(() => {
    if (!sandbox.writes.slice(from).some(({ id }) => id === hubspotCompanyId))
      throw new Error(`HubSpot was told nothing about ${hubspotCompanyId}`);
  }, 30_000);
}

function proxyOf({ proxy }: FaultWorld): TcpProxy {
  if (!proxy) throw new Error("this world has no proxy");
  return proxy;
}

interface Marked {
  companyId: string;
  from: number;
}

/** An account whose change was acknowledged and not yet written: what has to go on after the kill. */
async function markedAccount({ sandbox }: FaultWorld, stream: Stream, n: number): Promise<Marked | null> {
  const stable = sandbox.accounts.filter(
    (account) => account.story === "stable" && account.zendeskOrganizationId,
  );
  const account = stable[n];
  if (!account) return null;
  const from = sandbox.writes.length;
  await stream.change(account.key);
  return { companyId: account.hubspotCompanyId, from };
}

/** @returns milliseconds since the restart */
async function untilWritten(
  { sandbox }: FaultWorld,
  { companyId, from }: Marked,
  since: number,
): Promise<number> {
  await eventually(() => {
    if (!sandbox.writes.slice(from).some((write) => write.id === companyId))
      throw new Error(`the change of ${companyId} was not written`);
  }, 60_000);
  return performance.now() - since;
}
