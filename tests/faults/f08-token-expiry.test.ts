import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { CookieJar } from "../support/browserless.ts";
import { listConnections } from "../support/company-under-test.ts";
import { TEST_SERVER } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { freePort, type ServerProcess } from "../support/server-process.ts";
import { eventsMissing } from "./support/check-ledger.ts";
import { drawsFor, IS_SHORT, sized } from "./support/plan.ts";
import { startStream } from "./support/sender.ts";
import { type FaultWorld, openFaultWorld, sayFault, showOnFailure, untilReady } from "./support/world.ts";

const TOKEN = /^\/oauth\/[^/]+\/token$/;
const SLOW_MS = sized(20_000, 3_000);

const refreshes = ({ sandbox }: FaultWorld, from: number) =>
  sandbox.requests.slice(from).filter(({ path }) => TOKEN.test(path));

describe.skipIf(TEST_SERVER === null)("F8 tokens that expire under two workers (needs PostgreSQL)", () => {
  it("F8 are renewed once over all processes, however slow or broken it is, and a revoked grant loses no event", async () => {
    const random = drawsFor("F8");
    const world = await openFaultWorld({ kind: "server", signIn: "oauth" });
    const { sandbox } = world;
    const servers: ServerProcess[] = [];
    try {
      showOnFailure(() => servers);
      servers.push(await world.start("web"));
      for (let n = 0; n < 2; n++) servers.push(await world.start("worker", await freePort()));
      const web = servers[0] as ServerProcess;
      const admin = new CookieJar();
      for (const path of ["hubspot/install", `zendesk/install?subdomain=${sandbox.subdomain}`])
        expect(await (await admin.get(`${web.url}/oauth/${path}`)).text()).toContain("is connected");
      await untilReady(world, web);
      const stream = startStream(sandbox, world.sender, random, { everyMs: 40 });

      /** All tokens end now, in the middle of it. @returns how the tokens were asked for until it worked again */
      const expire = async (): Promise<(number | null)[]> => {
        const from = sandbox.requests.length;
        const begun = Date.now();
        sandbox.expireTokens("hubspot");
        await eventually(() => {
          const since = sandbox.requests
            .slice(from)
            .map(({ path, status }) => `${TOKEN.test(path)} ${status}`);
          if (since.indexOf("false 200", since.indexOf("true 200")) < 0 || !since.includes("true 200"))
            throw new Error("nothing is read with a new token");
        }, SLOW_MS + 60_000);
        // a value whose write was refused may have gone back meanwhile: what is shown already is then said once more
        world.disturbances.push({ from: begun, to: Date.now(), calls: 8 });
        return refreshes(world, from).map(({ status }) => status);
      };
      for (let n = 0; n < sized(6, 1); n++) {
        await sleep(random.int(50, 500));
        expect(await expire()).toEqual([200]);
      }
      sandbox.faults.set("hubspot", { path: TOKEN, slowMs: SLOW_MS });
      const slow = await expire();
      sandbox.faults.set("hubspot", { path: TOKEN, status: 500, times: 3 });
      const broken = await expire();
      sandbox.faults.clear();
      expect((await listConnections(web.url)).map(({ status }) => status)).toEqual(["active", "active"]);
      stream.stop();
      await world.sender.settled();
      const report = await world.settle(servers);
      sayFault("F8", {
        kills: 0,
        report,
        measured: {
          "renewals while slow": slow.join(" "),
          "renewals after three failures": broken.join(" "),
        },
      });
      expect(report.violations).toEqual([]);
      expect(slow.filter((status) => status === 200)).toHaveLength(1);
      expect(broken).toEqual([500, 500, 500, 200]);
    } finally {
      await Promise.all(servers.map((server) => server.kill()));
      await world.remove();
    }
  });

  it.skipIf(IS_SHORT)(
    "F8 a revoked grant pauses the company, and its events are stored all the same",
    async () => {
      const random = drawsFor("F8 revoked");
      const world = await openFaultWorld({ kind: "server", signIn: "oauth" });
      const { sandbox } = world;
      let server: ServerProcess | undefined;
      try {
        server = await world.start();
        const { url } = server;
        await new CookieJar().get(`${url}/oauth/hubspot/install`);
        await untilReady(world, server);
        const stream = startStream(sandbox, world.sender, random, { everyMs: 40 });
        sandbox.uninstall("hubspot");
        await eventually(async () => {
          const [connection] = await listConnections(url);
          expect(connection).toMatchObject({
            status: "disconnected",
            statusReason: expect.stringMatching(/reconnect/),
          });
        }, 60_000);
        const ackedBefore = world.sender.acked.length;
        await eventually(() => expect(world.sender.acked.length).toBeGreaterThan(ackedBefore + 50), 60_000);
        stream.stop();
        await world.sender.settled();
        await server.stop();
        expect(await world.look((database) => eventsMissing(database, world.sender.acked))).toEqual([]);
        expect(world.sender.wrongAnswers).toEqual([]);
      } finally {
        await server?.kill();
        await world.remove();
      }
    },
  );
});
