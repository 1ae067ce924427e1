import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { problem, type Role, roleSchema, SCORECARD_DEFAULT_V1 } from "@bellwether/shared";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ROUTE_ROLES } from "../../server/src/http/route-roles.ts";
import { backtestScorecard } from "../../server/src/services/backtest-scorecard.ts";
import { countUsage } from "../../server/src/services/count-usage.ts";
import { reconstructHistory } from "../../server/src/services/reconstruct-history.ts";
import { rescoreAccounts } from "../../server/src/services/rescore-accounts.ts";
import { scoreAccounts } from "../../server/src/services/score-accounts.ts";
import { syncOutcomes } from "../../server/src/services/sync-outcomes.ts";
import { trainChurnModel } from "../../server/src/services/train-churn-model.ts";
import {
  type GuardedServer,
  type GuardedTenant,
  guardedTenant,
  rowsOfTenant,
  startGuarded,
} from "../support/guarded-server.ts";
import { type Book, makeBook } from "../support/learning-server.ts";
import { ADMIN_TOKEN } from "../support/one-company.ts";
import type { rememberOpened } from "../support/opened-database.ts";

const { kept } = await vi.hoisted(async () => ({
  kept: (await import("../support/opened-database.ts")).rememberOpened() as ReturnType<typeof rememberOpened>,
}));
vi.mock(import("../../server/src/adapters/db/database.ts"), async (load) => kept.wrap(await load()));

/** In everything of the other tenant that has words. */
const CANARY = "canary-of-another-company";

describe("tenant isolation (ASVS 8.4.1, 8.3.3)", () => {
  let server: GuardedServer;
  let ours: Book;
  let theirs: Book;
  let apps: GuardedTenant;
  /** Tokens of our tenant. */
  const tokens = new Map<Role, string>();
  const ids = { token: "", writeKey: "", correction: "", outcome: "", version: "canary-1" };

  beforeAll(async () => {
    server = await startGuarded();
    const { parts } = server;
    ours = await makeBook(parts, 3, -2, 11);
    theirs = await makeBook(parts, 3, -2, 12);
    apps = await guardedTenant(parts, "ours", "3001");
    for (const { tenant } of [ours, theirs]) await scoreAccounts(parts, tenant);
    await kept
      .latest()
      .query("UPDATE account SET name = $2 WHERE tenant_id = $1::uuid", [theirs.tenant, CANARY]);
    for (const role of roleSchema.options)
      tokens.set(role, (await made<{ token: string }>("/tokens", ours, { name: role, role })).token);
    await fillTheirs();
  }, 120_000);
  afterAll(() => server?.stop());

  const made = async <T>(path: string, { tenant }: Book, body: unknown): Promise<T> => {
    const answer = await server.call("POST", `${path}?tenantId=${tenant}`, ADMIN_TOKEN, body);
    if (answer.status !== 201) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  async function fillTheirs(): Promise<void> {
    const account = `/accounts/${theirs.accounts[0]}`;
    ids.token = (await made<{ id: string }>("/tokens", theirs, { name: CANARY, role: "csm" })).id;
    ids.writeKey = (await made<{ id: string }>("/write-keys", theirs, { name: CANARY, kind: "server" })).id;
    const correction = { target: "score", direction: "too_high", reason: CANARY };
    ids.correction =
      (await made<{ correction: { id: string } | null }>(`${account}/corrections`, theirs, correction))
        .correction?.id ?? "";
    const outcome = { kind: "renewed", at: "2026-01-05", note: CANARY };
    ids.outcome = (await made<{ id: string }>(`${account}/outcomes`, theirs, outcome)).id;
    await made("/scorecards", theirs, {
      basedOn: SCORECARD_DEFAULT_V1.version,
      version: ids.version,
      note: CANARY,
    });
  }
  /** A route's address with the other tenant's ids in it. */
  const hostileAddress = (path: string): string =>
    path
      .replace("/tokens/:id", `/tokens/${ids.token}`)
      .replace("/write-keys/:id", `/write-keys/${ids.writeKey}`)
      .replace(":id", theirs.accounts[0] ?? "")
      .replace(":correctionId", ids.correction)
      .replace(":outcome", ids.outcome)
      .replace(":version", ids.version);
  const theirRef = () => ({ platform: "hubspot", objectType: "company", id: "121000" });
  /** Bodies that would do something, to what is theirs. */
  const bodyFor = (name: string): unknown => {
    const pair = { ref: theirRef(), accountId: theirs.accounts[1] };
    const bodies: Record<string, unknown> = {
      "post /accounts/:id/corrections": { target: "score", direction: "too_low", reason: "not ours" },
      "post /accounts/:id/outcomes": { kind: "churned", at: "2026-02-01" },
      "post /outcomes": {
        outcomes: [{ id: "x1", account: theirs.accounts[0], kind: "churned", at: "2026-02-01" }],
      },
      "post /matches/confirm": pair,
      "post /matches/reject": pair,
      "post /matches/split": { ref: theirRef() },
      "post /matches/merge": { from: theirs.accounts[0], into: theirs.accounts[1] },
      "post /matches/undo": { id: randomUUID() },
      "post /matches/bulk": {
        actions: [{ kind: "merge", from: theirs.accounts[0], into: theirs.accounts[1] }],
      },
      "put /scorecards/:version": { revision: "1", note: "taken" },
      "post /scorecards/:version/propose": { note: "not ours" },
      "post /scorecards/:version/reject": { reason: "not ours" },
      "post /scorecards/:version/shadow": { days: 10 },
      "post /scorecards": { basedOn: ids.version, version: "stolen-1" },
      "put /field-map": { connectionId: theirConnection, fields: {} },
      "post /dead-letters/replay": { all: true },
      "post /dead-letters/discard": { all: true },
    };
    return { ...(bodies[name] ?? {}), ...(name.includes("dead-letters") ? {} : { tenantId: theirs.tenant }) };
  };
  let theirConnection = "";

  const routes = Object.keys(ROUTE_ROLES).map((name) => name.split(" ") as [string, string]);
  const callAll = async (role: Role, suffix: string) => {
    theirConnection = (await server.parts.connections.list(theirs.tenant))[0]?.id ?? "";
    const answers: [name: string, status: number, text: string][] = [];
    for (const [method, path] of routes) {
      const name = `${method} ${path}`;
      const body = method === "get" || method === "delete" ? undefined : bodyFor(name);
      const answer = await server.call(
        method.toUpperCase(),
        `${hostileAddress(path)}${suffix}`,
        tokens.get(role) ?? "",
        body,
        {
          "x-tenant-id": theirs.tenant,
        },
      );
      answers.push([name, answer.status, await answer.text()]);
    }
    return answers;
  };
  const foreign = (text: string): string[] =>
    [CANARY, theirs.tenant, ...theirs.accounts, ids.token, ids.writeKey, ids.correction, ids.outcome].filter(
      (known) => known !== "" && text.includes(known),
    );

  it("has rows of the other tenant to be found at all", async () => {
    const shown = await (await server.call("GET", `/accounts?tenantId=${theirs.tenant}`, ADMIN_TOKEN)).text();
    expect(shown).toContain(CANARY);
    const rows = await rowsOfTenant(kept.latest(), theirs.tenant);
    for (const table of [
      "account",
      "observation",
      "health_current",
      "correction",
      "outcome",
      "scorecard",
      "api_token",
      "write_key",
    ])
      expect([table, rows[table]?.length]).not.toEqual([table, 0]);
    expect(Object.values(ids)).not.toContain("");
  });

  it.each(roleSchema.options)(
    "shows and changes nothing of the other tenant by any route, as %s",
    async (role) => {
      const before = await rowsOfTenant(kept.latest(), theirs.tenant);
      const answers = await callAll(role, "");
      expect(answers.length).toBeGreaterThan(60);
      // what the caller itself sent may come back to it: in a refusal, and in the log of what it was denied
      const leaked = answers.filter(([name, status, text]) =>
        status < 300 && name !== "get /audit" ? foreign(text).length > 0 : text.includes(CANARY),
      );
      expect(leaked.map(([name, status]) => [name, status, "leaks"])).toEqual([]);
      expect(answers.filter(([, status]) => status >= 500 && status !== 503)).toEqual([]);
      expect(await rowsOfTenant(kept.latest(), theirs.tenant)).toEqual(before);
    },
    60_000,
  );

  it.each(roleSchema.options)(
    "says of the other tenant, named, what it says of a missing one, as %s",
    async (role) => {
      const before = await rowsOfTenant(kept.latest(), theirs.tenant);
      for (const [name, status, text] of await callAll(role, `?tenantId=${theirs.tenant}`)) {
        const isAllowed = ROUTE_ROLES[name]?.includes(role) ?? false;
        // a body or a query may be refused before the tenant is looked at; what is asked for is not reached either way
        expect([name, isAllowed ? [400, 404, 429].includes(status) : status === 403, status]).toEqual([
          name,
          true,
          status,
        ]);
        expect(foreign(problem.parse(JSON.parse(text)).detail)).toEqual([]);
      }
      expect(await rowsOfTenant(kept.latest(), theirs.tenant)).toEqual(before);
    },
    60_000,
  );

  it("shows nothing of the other tenant through the apps", async () => {
    const now = Math.floor(Date.now() / 1000);
    const token = await new SignJWT({ iss: "ours", iat: now, exp: now + 60 })
      .setProtectedHeader({ alg: "HS256" })
      .sign(new TextEncoder().encode(apps.appSecret));
    for (const what of ["organizationId=121000", "userId=121000", "ticketId=121000"])
      for (const path of ["account-health", "explain"]) {
        const answer = await fetch(`${server.url}/api/zendesk/${path}?${what}&tenantId=${theirs.tenant}`, {
          headers: { authorization: `Bearer ${token}` },
        });
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(foreign(await answer.text())).toEqual([]);
      }
  });

  it("leaves every row of the other tenant alone in every job that works for one tenant", async () => {
    const before = await rowsOfTenant(kept.latest(), theirs.tenant);
    const { parts } = server;
    const { tenant } = ours;
    const jobs: Record<string, () => Promise<unknown>> = {
      "score-accounts": () => scoreAccounts(parts, tenant),
      rescore: () => rescoreAccounts(parts, tenant),
      "reconstruct-history": () => reconstructHistory(parts, tenant),
      "sync-outcomes": () => syncOutcomes(parts, tenant),
      "train-churn-model": () => trainChurnModel(parts, tenant),
      "count-usage": () => countUsage(parts, tenant),
      backtest: () => backtestScorecard(parts, tenant, ids.version),
    };
    const declared = await readFile(
      new URL("../../server/src/services/ports/jobs.ts", import.meta.url),
      "utf8",
    );
    const named = [...declared.matchAll(/^ {2}"?([\w-]+)"?: \{ tenantId: TenantId/gm)].map(
      ([, name]) => name,
    );
    expect(Object.keys(jobs).toSorted()).toEqual(named.toSorted());
    for (const work of Object.values(jobs)) await work();
    expect(await rowsOfTenant(kept.latest(), theirs.tenant)).toEqual(before);
    const { audit_log: _, ...rows } = await rowsOfTenant(kept.latest(), ours.tenant);
    const all = Object.values(rows).flat();
    expect(all.filter((row) => foreign(row).length > 0)).toEqual([]);
  }, 60_000);
});
