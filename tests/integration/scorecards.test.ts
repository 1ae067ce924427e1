import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  accountHealthView,
  problem,
  type Role,
  SCORECARD_DEFAULT_V1,
  type Scorecard,
} from "@bellwether/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runScorecardCommand } from "../../server/scripts/scorecard-command.ts";
import { type Sandbox, startSandbox } from "../sandbox/index.ts";
import { untilQuiet } from "../support/company-under-test.ts";
import { eventually } from "../support/eventually.ts";
import {
  ADMIN_TOKEN,
  adminGet,
  type ListedAccount,
  newStorage,
  oneCompany,
  type Storage,
  storageKinds,
  untilScored,
} from "../support/one-company.ts";
import { freePort, type ServerProcess, startServer } from "../support/server-process.ts";

interface Card {
  version: string;
  status: string;
  activeFor: string[];
  isApproved: boolean;
  hasBacktest: boolean;
  isBuiltIn: boolean;
  revision: string;
  definition: Scorecard;
}
interface Token {
  id: string;
  token: string;
}

/** The default with other weights of its dimensions. */
const definition = (version: string, weights: readonly number[]): Scorecard => ({
  ...SCORECARD_DEFAULT_V1,
  version,
  name: "Acme's own",
  dimensions: SCORECARD_DEFAULT_V1.dimensions.map((d, i) => ({ ...d, weight: weights[i] ?? d.weight })),
});

describe.each(storageKinds)("scorecards over the API (%s)", (kind) => {
  let sandbox: Sandbox;
  let storage: Storage;
  let server: ServerProcess;
  let accounts: ListedAccount[];
  let before: Awaited<ReturnType<typeof said>>;
  const tokens = new Map<Role | "second lead" | "stranger", Token>();

  beforeAll(async () => {
    sandbox = await startSandbox({ seed: 3, now: () => new Date(), accounts: 10, retryScale: 0.1 });
    const [kept, port] = await Promise.all([newStorage(kind), freePort()]);
    storage = kept;
    server = await startServer({ ...storage.environment, ...oneCompany(sandbox, port) }, port);
    accounts = await untilScored(server.url);
    await untilQuiet(sandbox);
    for (const role of ["agent", "csm", "lead"] as const) tokens.set(role, await newToken(role));
    tokens.set("stranger", await newToken("admin", `?tenantId=${randomUUID()}`));
  }, 120_000);
  afterAll(async () => {
    await server?.stop();
    await sandbox?.stop();
    await storage?.remove();
  });

  const call = async (method: string, path: string, body?: unknown, who = ADMIN_TOKEN): Promise<Response> =>
    fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${who}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const as = (who: Role | "second lead" | "stranger"): string => tokens.get(who)?.token ?? "";
  const done = async <T>(answer: Promise<Response>, status = 200): Promise<T> => {
    const response = await answer;
    const text = await response.text();
    expect([response.status, text]).toEqual([status, expect.any(String)]);
    return (text === "" ? null : JSON.parse(text)) as T;
  };
  const refused = async (answer: Promise<Response>, status: number): Promise<string> => {
    const response = await answer;
    const body = problem.parse(await response.json());
    expect([response.status, body.detail]).toEqual([status, expect.any(String)]);
    return body.detail;
  };
  const newToken = (role: Role, query = ""): Promise<Token> =>
    done(call("POST", `/tokens${query}`, { name: `a ${role}`, role }), 201);
  const read = (version: string): Promise<Card> => done(call("GET", `/scorecards/${version}`));
  const versions = async (who = ADMIN_TOKEN): Promise<Record<string, string[]>> => {
    const { scorecards } = await done<{ scorecards: Card[] }>(call("GET", "/scorecards", undefined, who));
    return Object.fromEntries(scorecards.map((card) => [card.version, [card.status, ...card.activeFor]]));
  };
  const health = async () =>
    Promise.all(
      accounts.map(async ({ id }) =>
        accountHealthView.parse(await adminGet(server.url, `/accounts/${id}/health`)),
      ),
    );
  /** Of customers; the score of a lost one stands as on its last day. */
  const said = async () =>
    (await health())
      .filter((view) => view.lost === null)
      .map(({ account, segment, healthScore, calculatedScore, band, coverage, scorecardVersion }) => ({
        id: account.id,
        segment,
        healthScore,
        calculatedScore,
        band,
        coverage,
        scorecardVersion,
      }));
  const untilScoredBy = (versionOf: (segment: string) => string) =>
    eventually(async () => {
      const views = await said();
      expect(views.map((view) => view.scorecardVersion)).toEqual(
        views.map((view) => versionOf(view.segment)),
      );
      return views;
    }, 30_000);
  const audited = async () =>
    (
      await adminGet<{ entries: { actor: string; action: string; subject: string; outcome: string }[] }>(
        server.url,
        "/audit?limit=1000",
      )
    ).entries;

  it("has the built-in versions, and the default in use, before anybody did anything", async () => {
    expect(await versions()).toMatchObject({
      "default-1": ["active", "new", "growing", "established"],
      "six-1": ["draft"],
    });
    expect((await read("default-1")).definition).toEqual(SCORECARD_DEFAULT_V1);
    const wanted = { definition: definition("default-1", []) };
    expect(await refused(call("POST", "/scorecards", wanted), 409)).toContain("comes with the product");
    expect(await refused(call("DELETE", "/scorecards/default-1"), 409)).toContain("comes with the product");
  });

  it("refuses weights that do not total 100, naming the sum, and everything else that is no definition", async () => {
    const wrong = { definition: definition("acme-1", [40]) };
    expect(await refused(call("POST", "/scorecards", wrong), 400)).toContain(
      "The weights of the dimensions sum to 110, they have to sum to 100.",
    );
    for (const body of [
      {},
      { definition: "x" },
      { definition: {} },
      { definition: { ...definition("Acme 1", []) } },
      { definition: definition("activations", []) },
      { definition: definition("acme-1", []), segments: [] },
      { definition: definition("acme-1", []), segments: ["old"] },
      { definition: definition("acme-1", []), version: "acme-2" },
      { basedOn: "default-1" },
    ])
      await refused(call("POST", "/scorecards", body), 400);
    await refused(call("POST", "/scorecards", { basedOn: "nothing-1", version: "acme-1" }), 404);
    const packed = await fetch(`${server.url}/api/v1/scorecards`, {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
      body: "{",
    });
    expect(packed.status).toBe(400);
    expect(Object.keys(await versions())).toEqual(["default-1", "six-1"]);
  });

  it("lets the first of two people change a draft, and sends the second to read it again", async () => {
    const made = await done<Card>(
      call("POST", "/scorecards", { definition: definition("acme-1", [40, 25, 25, 10]) }, as("csm")),
      201,
    );
    expect(made).toMatchObject({ version: "acme-1", status: "draft", activeFor: [] });
    await refused(call("POST", "/scorecards", { definition: definition("acme-1", []) }), 409);
    const [one, two] = [await read("acme-1"), await read("acme-1")];
    const changed = await done<Card>(call("PUT", "/scorecards/acme-1", { ...one, note: "first" }, as("csm")));
    expect(changed.definition).toEqual(one.definition);
    expect(await refused(call("PUT", "/scorecards/acme-1", { ...two, note: "second" }), 409)).toContain(
      "changed by someone else",
    );
    await refused(call("PUT", "/scorecards/acme-1", { definition: one.definition }), 400);
    const renamed = { ...changed, definition: definition("acme-9", []) };
    await refused(call("PUT", "/scorecards/acme-1", renamed), 400);
    await refused(call("PUT", "/scorecards/acme-9", changed), 404);
  });

  it("says in words what it would change, and what it is", async () => {
    const { comparisons } = await done<{ comparisons: { against: string; sentences: string[] }[] }>(
      call("GET", "/scorecards/acme-1/diff", undefined, as("csm")),
    );
    expect(comparisons).toEqual([
      {
        against: "default-1",
        segments: ["new", "growing", "established"],
        sentences: [
          "The name is “Acme's own” instead of “Default scorecard”.",
          "Engagement counts 40 of 100 instead of 30.",
          "Growth counts 10 of 100 instead of 20.",
        ],
        summary: "3 differences.",
      },
    ]);
    const same = await done<
      typeof comparisons extends never ? never : { comparisons: { summary: string }[] }
    >(call("GET", "/scorecards/acme-1/diff?against=acme-1"));
    expect(same.comparisons).toMatchObject([{ summary: "The two say the same." }]);
    const page = (accept: string) =>
      fetch(`${server.url}/api/v1/scorecards/acme-1/definition`, {
        headers: { authorization: `Bearer ${as("agent")}`, accept },
      });
    const html = await page("text/html,application/xhtml+xml,*/*;q=0.8");
    expect([html.headers.get("content-type"), await html.text()]).toEqual([
      "text/html; charset=utf-8",
      expect.stringContaining("<h1>Acme&#39;s own (acme-1)</h1>"),
    ]);
    const markdown = await page("text/markdown");
    expect([markdown.headers.get("content-type"), await markdown.text()]).toEqual([
      "text/markdown; charset=utf-8",
      expect.stringContaining("## Engagement: 40 of 100"),
    ]);
  });

  it("counts only after a proposal, another person's yes and a backtest", async () => {
    before = await said();
    expect(before.length).toBeGreaterThan(5);
    await done(call("POST", "/scorecards/acme-1/propose", { note: "contact matters more" }, as("lead")));
    await refused(call("PUT", "/scorecards/acme-1", await read("acme-1")), 409);
    await refused(call("DELETE", "/scorecards/acme-1"), 409);
    await refused(call("POST", "/scorecards/acme-1/propose", { note: "again" }), 409);
    const activate = (body: object = {}, who = as("lead")) =>
      call("POST", "/scorecards/acme-1/activate", body, who);
    expect(await refused(activate(), 409)).toContain("not been approved");
    tokens.set("second lead", await newToken("lead"));
    expect(await refused(call("POST", "/scorecards/acme-1/approve", {}, as("lead")), 403)).toContain(
      "You proposed acme-1 yourself",
    );
    await done(call("POST", "/scorecards/acme-1/approve", {}, as("second lead")));
    await refused(call("POST", "/scorecards/acme-1/approve", {}, as("second lead")), 409);
    expect(await refused(activate(), 409)).toContain("No backtest");
    await refused(activate({ withoutBacktest: true }), 400);
    await refused(activate({ segments: ["old"] }), 400);
    await done(call("POST", "/scorecards/acme-1/backtest", { weeks: 2 }), 202);
    await eventually(async () => expect((await read("acme-1")).hasBacktest).toBe(true), 30_000);
    expect(await said()).toEqual(before);

    await done(activate({ segments: ["growing", "established"] }));
    expect(await versions()).toMatchObject({
      "acme-1": ["active", "growing", "established"],
      "default-1": ["active", "new"],
    });
    const after = await untilScoredBy((segment) => (segment === "new" ? "default-1" : "acme-1"));
    expect(after.map((view) => view.healthScore)).not.toEqual(before.map((view) => view.healthScore));
    expect(await refused(activate({ segments: ["growing"] }), 409)).toContain("in use");
  });

  it("changes one segment and leaves the others, and rolls one back and leaves the others", async () => {
    await done(call("POST", "/scorecards", { basedOn: "six-1", version: "acme-six" }), 201);
    await done(call("POST", "/scorecards/acme-six/propose", { note: "for the young" }));
    await done(call("POST", "/scorecards/acme-six/approve", {}, as("lead")));
    const now = { withoutBacktest: true, reason: "a test" };
    expect(await refused(call("POST", "/scorecards/acme-six/activate", now), 409)).toMatch(
      /less than 24 hours ago; .*possible from 20.*Z\. A rollback/,
    );
    await done(call("POST", "/scorecards/acme-six/activate", { ...now, segments: ["new"] }));
    const inUse = { "acme-1": ["active", "growing", "established"], "acme-six": ["active", "new"] };
    expect(await versions()).toMatchObject(inUse);
    await untilScoredBy((segment) => (segment === "new" ? "acme-six" : "acme-1"));
    await done(call("POST", "/scorecards/rollback", { segment: "new" }));
    expect(await versions()).toMatchObject({ "acme-six": ["retired"], "default-1": ["active", "new"] });
    expect(await refused(call("POST", "/scorecards/rollback", { segment: "new" }), 409)).toContain(
      "taken back",
    );
  });

  it("goes back in one step to the very scores of before", async () => {
    const { rolledBack } = await done<{ rolledBack: object[] }>(
      call("POST", "/scorecards/rollback", undefined, as("lead")),
    );
    expect(rolledBack).toEqual(
      ["growing", "established"].map((segment) => ({ segment, from: "acme-1", to: "default-1" })),
    );
    expect(await untilScoredBy(() => "default-1")).toEqual(before);
    expect(await versions()).toMatchObject({ "acme-1": ["retired"] });
    expect(await refused(call("POST", "/scorecards/rollback", {}), 409)).toContain("taken back");
    const again = call("POST", "/scorecards/acme-1/activate", {}, as("lead"));
    expect(await refused(again, 409)).toContain("less than 24 hours ago");
    const { activations } = await adminGet<{ activations: { kind: string }[] }>(
      server.url,
      "/scorecards/activations",
    );
    expect(activations.map((row) => row.kind)).toEqual([
      "rollback",
      "rollback",
      "rollback",
      "activation",
      "activation",
      "activation",
    ]);
  });

  it("goes through files and back", async () => {
    const folder = await mkdtemp(join(tmpdir(), "bellwether-scorecards-"));
    const path = join(folder, "acme.json");
    let said = "";
    const say = (text: string): void => {
      said += text;
    };
    const run = (...args: string[]): Promise<number> =>
      runScorecardCommand(args, {
        environment: { BELLWETHER_URL: server.url, BELLWETHER_TOKEN: as("lead") },
        print: say,
        complain: say,
      });
    expect([await run("export", "acme-1", path), said]).toEqual([0, expect.any(String)]);
    await writeFile(path, (await readFile(path, "utf8")).replace('"acme-1"', '"acme-3"'));
    expect([await run("import", path, "--propose", "--note", "from git"), said]).toEqual([
      0,
      expect.any(String),
    ]);
    expect(await read("acme-3")).toMatchObject({ status: "proposed", note: "from git" });
    expect((await read("acme-3")).definition).toEqual({
      ...(await read("acme-1")).definition,
      version: "acme-3",
    });
    await writeFile(path, (await readFile(path, "utf8")).replace('"weight": 40', '"weight": 50'));
    expect([await run("check", path), said]).toEqual([1, expect.stringContaining("sum to 110")]);
    await rm(folder, { recursive: true, force: true });
  });

  it("removes a draft, and keeps what was proposed", async () => {
    await done(call("POST", "/scorecards", { basedOn: "default-1", version: "acme-2" }), 201);
    await done(call("DELETE", "/scorecards/acme-2", undefined, as("csm")), 204);
    await refused(call("GET", "/scorecards/acme-2"), 404);
    await refused(call("DELETE", "/scorecards/acme-2"), 404);
  });

  it("refuses agents what is not theirs, and writes that down with everything that was done", async () => {
    for (const [method, path] of [
      ["GET", "/scorecards"],
      ["GET", "/audit"],
      ["GET", "/connections"],
      ["POST", "/tokens"],
    ] as const)
      expect(
        await refused(call(method, path, method === "GET" ? undefined : {}, as("agent")), 403),
      ).toContain("yours is agent");
    await refused(call("POST", "/scorecards/acme-1/activate", {}, as("csm")), 403);
    const [agent, csm] = [tokens.get("agent")?.id, tokens.get("csm")?.id];
    const entries = await audited();
    expect(entries.slice(0, 5).map(({ actor, action, outcome }) => [actor, action, outcome])).toEqual([
      [`token:${csm}`, "scorecard.activate", "denied"],
      [`token:${agent}`, "token.create", "denied"],
      [`token:${agent}`, "connections.read", "denied"],
      [`token:${agent}`, "audit.read", "denied"],
      [`token:${agent}`, "scorecard.list", "denied"],
    ]);
    const allowed = entries.filter(
      (entry) => entry.outcome === "allowed" && entry.subject === "scorecard:acme-1",
    );
    expect(allowed.map((entry) => entry.action).toReversed()).toEqual([
      "scorecard.create",
      "scorecard.change",
      "scorecard.propose",
      "scorecard.approve",
      "scorecard.backtest",
      "scorecard.activate",
      ...Array(2).fill("scorecard.rollback"),
    ]);
    const [account] = accounts;
    const view = await done<object>(call("GET", `/accounts/${account?.id}/health`, undefined, as("agent")));
    expect(accountHealthView.parse(view).role).toBe("agent");
    const { history } = await done<{ history: { result: object }[] }>(
      call("GET", `/accounts/${account?.id}/history`, undefined, as("csm")),
    );
    expect(history.length).toBeGreaterThan(0);
    for (const { result } of history) expect(result).not.toHaveProperty("contributions");
  });

  it("shows another tenant nothing of it, and lets it do nothing to it", async () => {
    const stranger = as("stranger");
    expect(Object.keys(await versions(stranger))).toEqual(["default-1", "six-1"]);
    for (const [method, path, body] of [
      ["GET", "/scorecards/acme-1"],
      ["GET", "/scorecards/acme-1/diff"],
      ["GET", "/scorecards/acme-1/definition"],
      ["DELETE", "/scorecards/acme-1"],
      ["POST", "/scorecards/acme-1/propose", { note: "not mine" }],
      ["POST", "/scorecards/acme-1/approve", {}],
      ["POST", "/scorecards/acme-1/activate", {}],
      ["DELETE", `/tokens/${tokens.get("lead")?.id}`],
      ["GET", `/accounts/${accounts[0]?.id}/health`],
      ["GET", `/accounts?tenantId=${await ownTenant()}`],
    ] as const)
      await refused(call(method, path, body, stranger), 404);
    const all = await done<Record<string, unknown[]>>(call("GET", "/audit", undefined, stranger));
    expect(JSON.stringify(all)).not.toContain(`token:${tokens.get("lead")?.id}`);
    expect(await done(call("GET", "/connections", undefined, stranger))).toEqual({ connections: [] });
    expect(await done(call("GET", "/accounts", undefined, stranger))).toEqual({ accounts: [], next: null });
  });
  const ownTenant = async (): Promise<string> =>
    (await adminGet<{ connections: { tenantId: string }[] }>(server.url, "/connections")).connections[0]
      ?.tenantId ?? "";

  it("opens nothing with a revoked token", async () => {
    const { tokens: listed } = await done<{ tokens: Record<string, unknown>[] }>(call("GET", "/tokens"));
    expect(JSON.stringify(listed)).not.toContain("bw_");
    await done(call("DELETE", `/tokens/${tokens.get("csm")?.id}`), 204);
    expect(await refused(call("GET", "/scorecards", undefined, as("csm")), 401)).toBe(
      "The bearer token is missing or wrong.",
    );
    await refused(call("DELETE", `/tokens/${randomUUID()}`), 404);
    await refused(call("POST", "/tokens", { name: "x", role: "agent", financial: true }), 400);
  });
});
