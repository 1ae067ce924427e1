import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Sandbox } from "../sandbox/index.ts";
import type { Random } from "../sandbox/random.ts";
import { TEST_SERVER } from "../support/database.ts";
import { drawsFor, IS_SHORT } from "./support/plan.ts";
import { startStream } from "./support/sender.ts";
import { openFaultWorld, sayFault, showOnFailure, untilReady } from "./support/world.ts";

const MINUTE_MS = 60_000;
const UPDATE = /\/batch\/update$|update_many/;

/** Every 429 says another time to wait. @returns what each platform was told, when it ends */
function storm({ faults, requests }: Sandbox, random: Random, longestS: number) {
  const told: { platform: "hubspot" | "zendesk"; at: number; retryAfterS: number }[] = [];
  const inForce = { hubspot: 0, zendesk: 0 };
  const renew = (platform: "hubspot" | "zendesk"): void => {
    inForce[platform] = random.int(1, longestS);
    faults.set(platform, { status: 429, retryAfterS: inForce[platform] });
  };
  for (const platform of ["hubspot", "zendesk"] as const) renew(platform);
  let seen = requests.length;
  const timer = setInterval(() => {
    const refused = requests.slice(seen).filter(({ status }) => status === 429);
    seen = requests.length;
    for (const { platform, at } of refused)
      told.push({ platform, at: at.getTime(), retryAfterS: inForce[platform] });
    for (const platform of new Set(refused.map((request) => request.platform))) renew(platform);
  }, 5);
  return {
    end: () => {
      clearInterval(timer);
      faults.clear();
      return told;
    },
  };
}

/** Calls that are answered 429 at once are one wave; the next one may come when the shortest of their waits is over. */
function wavesOf(told: readonly { at: number; retryAfterS: number }[]) {
  const waves: { from: number; until: number; calls: number }[] = [];
  for (const { at, retryAfterS } of told) {
    const last = waves.at(-1);
    const until = at + retryAfterS * 1_000;
    if (last && at < last.until - 250) {
      last.calls += 1;
      last.until = Math.min(last.until, until);
    } else waves.push({ from: at, until, calls: 1 });
  }
  return waves;
}

// the short form has the gateway's own storms, on a clock of their own
describe.skipIf(IS_SHORT).each(TEST_SERVER === null ? (["embedded"] as const) : (["server"] as const))(
  "F5 a storm of refusals (%s)",
  (kind) => {
    it(
      "F5 gets one probe per Retry-After, then everything is delivered through a fifth of failures",
      async () => {
        const random = drawsFor(`F5 ${kind}`);
        const stormMs = MINUTE_MS;
        const world = await openFaultWorld({ kind, sandbox: { accounts: 40 } });
        const { sandbox } = world;
        try {
          const server = await world.start();
          showOnFailure(() => [server]);
          await untilReady(world, server);
          const from = Date.now();
          const ending = storm(sandbox, random, 30);
          const stream = startStream(sandbox, world.sender, random);
          await sleep(stormMs);
          const told = ending.end();
          // what was in force when the storm ended is still obeyed
          const at = sandbox.requests.length;
          for (const platform of ["hubspot", "zendesk"] as const) {
            sandbox.faults.add(platform, { status: 429, retryAfterS: 1, rate: 0.04 });
            for (const status of [500, 502, 504]) sandbox.faults.add(platform, { status, rate: 0.04 });
            sandbox.faults.add(platform, { dropAnswer: true, rate: 0.04 });
          }
          await sleep(20_000);
          stream.stop();
          sandbox.faults.clear();
          world.disturbances.push({ from, to: Date.now(), calls: 1_000 });
          const failed = sandbox.requests
            .slice(at)
            .filter(({ status }) => status === null || status >= 429).length;
          const report = await world.settle([server]);
          const waves = (["hubspot", "zendesk"] as const).map((platform) =>
            wavesOf(told.filter((each) => each.platform === platform)),
          );
          const updates = sandbox.requests.slice(at).filter(({ path }) => UPDATE.test(path)).length;
          sayFault(`F5 storm of ${stormMs / 1_000} s (${kind})`, {
            kills: 0,
            report,
            measured: {
              refused: told.length,
              waves: waves.flat().length,
              "failed calls after it": failed,
              "update calls": updates,
            },
          });
          expect(told.length).toBeGreaterThan(0);
          expect(report.violations).toEqual([]);
          expect(world.sender.wrongAnswers).toEqual([]);
          for (const [first, ...others] of waves) {
            // what was on its way when the storm began; after that one asks for all
            expect(first?.calls ?? 0).toBeLessThanOrEqual(8);
            for (const { calls } of others) expect(calls).toBeLessThanOrEqual(2);
          }
        } finally {
          await world.remove();
        }
      },
      6 * MINUTE_MS,
    );
  },
);
