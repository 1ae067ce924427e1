import { randomUUID } from "node:crypto";
import {
  type AccountId,
  accountId,
  type ConnectionId,
  type TenantId,
  writeBackValues,
} from "@bellwether/shared";
import { createLog } from "../../server/src/adapters/observability/log.ts";
import { compose, type Parts } from "../../server/src/compose.ts";
import { readConfig } from "../../server/src/config.ts";
import { writeBack } from "../../server/src/services/write-back.ts";
import { healthResult } from "../support/health-result.ts";
import { scoredAccount } from "../support/scored-account.ts";
import { BenchHubspot } from "./bench-hubspot.ts";
import { BenchZendesk } from "./bench-zendesk.ts";
import { type BenchContext, type BenchResult, result } from "./result.ts";
import { withScratchDatabase } from "./scratch-database.ts";

const ACCOUNTS = 10_000;
/** Accounts stored at once, as rounds of scoring do. */
const ROUND = 100;
const CALLS_PER_10_S = 1_000;
/** Every twentieth write, and every twentieth again when it is sent once more. */
const REFUSE_EVERY = 20;

/** Write-back calls for 10,000 changed accounts; none where the rounded value is the same, and no searches ever. */
export const measureCalls = (context: BenchContext): Promise<BenchResult[]> =>
  withScratchDatabase(context.postgresUrl, async (url) => {
    const hubspot = new BenchHubspot({ listed: [], callsPer10s: CALLS_PER_10_S });
    const zendesk = new BenchZendesk();
    const config = readConfig({
      DATABASE_URL: url,
      ENCRYPTION_KEY: Buffer.alloc(32, 1).toString("base64"),
      HUBSPOT_API_URL: await hubspot.start(),
      ZENDESK_URL: await zendesk.start(),
    });
    const parts = await compose(config, createLog("error"), false);
    try {
      const floor = Math.ceil(ACCOUNTS / 100);
      const onHubspot = await callsFor(parts, "hubspot", () => hubspot.calls.write);
      const onZendesk = await callsFor(parts, "zendesk", () => zendesk.jobs);
      hubspot.refuseEvery = REFUSE_EVERY;
      const refused = hubspot.calls.refused;
      const withRefusals = await callsFor(parts, "hubspot", () => hubspot.calls.write);
      if (hubspot.calls.refused === refused) throw new Error("no call was refused");
      if (hubspot.calls.search + zendesk.searches > 0) throw new Error("the write-back searched");
      const perThousand = (calls: number): number => (calls * 1_000) / ACCOUNTS;
      return [
        result("calls/hubspot", "calls", { ours: onHubspot, floor, n: ACCOUNTS }),
        result("calls/zendesk", "calls", { ours: onZendesk, floor, n: ACCOUNTS }),
        result("calls/with-429s", "calls per 1,000", {
          ours: perThousand(withRefusals),
          floor: perThousand(floor),
          n: ACCOUNTS,
        }),
      ];
    } finally {
      await parts.queue.stop(0);
      await parts.close();
      await hubspot.stop();
      await zendesk.stop();
    }
  });

/** @returns calls until all was written @throws when a value that stays the same once rounded leads to a call */
async function callsFor(parts: Parts, platform: "hubspot" | "zendesk", calls: () => number): Promise<number> {
  const tenantId = randomUUID() as TenantId;
  const now = new Date();
  await parts.tenants.ensure(tenantId, "Bench", now);
  const { id } = await parts.connections.connect(
    { tenantId, platform, externalId: externalIdOf(platform), mode: "token", scopes: [] },
    { accessToken: "bench", refreshToken: null, expiresAt: null, webhookSecret: null, appSecret: null },
    now,
  );
  await parts.connections.update(id, { provisionedAt: now });
  const accounts = Array.from({ length: ACCOUNTS }, () => accountId.parse(randomUUID()));
  const write = () => writeBack({ ...parts, pause: async () => undefined }, id);
  const score = async (at: Date, shift: number): Promise<void> => {
    for (let from = 0; from < ACCOUNTS; from += ROUND)
      await parts.scores.save(tenantId, scoredFrom(accounts, from, { platform, id, at, shift }), []);
  };
  await score(now, 0);
  const before = calls();
  await write();
  const made = calls() - before;
  // ten minutes later every account has another score, and the same value once it is rounded
  await score(new Date(now.getTime() + 600_000), 0.04);
  await write();
  if (calls() - before !== made) throw new Error("an unchanged value was written");
  return made;
}

let portals = 0;
const externalIdOf = (platform: "hubspot" | "zendesk"): string =>
  platform === "hubspot" ? String(++portals) : "bench";

interface Wanted {
  platform: "hubspot" | "zendesk";
  id: ConnectionId;
  at: Date;
  /** Points added to every score. */
  shift: number;
}

function scoredFrom(accounts: readonly AccountId[], from: number, { platform, id, at, shift }: Wanted) {
  const objectType = platform === "hubspot" ? ("company" as const) : ("organization" as const);
  return accounts.slice(from, from + ROUND).map((account, n) => {
    const result = healthResult({ scoredAt: at.toISOString(), healthScore: ((from + n) % 100) + shift });
    const ref = { platform, objectType, id: String(1 + from + n) };
    const values = writeBackValues(result, { change30d: null, onboardingProgress: null, keys: null });
    return scoredAccount(account, result, { desired: [{ connectionId: id, ref, values }] });
  });
}
