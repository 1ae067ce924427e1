import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { HealthResult } from "@bellwether/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Company, startCompany, untilQuiet } from "../support/company-under-test.ts";
import { ADMIN_TOKEN, type ListedAccount, untilScored } from "../support/one-company.ts";

const script = fileURLToPath(new URL("../../server/scripts/replay.ts", import.meta.url));
const UNKNOWN = "00000000-0000-4000-8000-00000000dead";
const DAY_MS = 86_400_000;

interface Answer {
  verdict: string;
  sentence: string;
  stored: Partial<HealthResult>;
  recalculated: Partial<HealthResult>;
  differences: unknown[];
  differenceCount: number;
}

describe("replaying the scores of a company that was connected today", () => {
  let company: Company;
  let accounts: ListedAccount[];
  let now: string;
  beforeAll(async () => {
    company = await startCompany({ sandbox: { accounts: 6 } });
    accounts = await untilScored(company.server.url);
    await untilQuiet(company.sandbox);
    now = new Date().toISOString();
  }, 60_000);
  afterAll(() => company?.stop());

  const api = (path: string, token = ADMIN_TOKEN, body?: object): Promise<Response> =>
    fetch(`${company.server.url}/api/v1${path}`, {
      headers: { authorization: `Bearer ${token}` },
      ...(body && { method: "POST", body: JSON.stringify(body) }),
    });
  const replay = async (id: string, at: string, token = ADMIN_TOKEN): Promise<Answer> =>
    (await (await api(`/accounts/${id}/replay?at=${at}`, token)).json()) as Answer;
  const newToken = async (role: string, financial: boolean): Promise<string> => {
    const answer = await api("/tokens", ADMIN_TOKEN, { name: `${role} ${financial}`, role, financial });
    return ((await answer.json()) as { token: string }).token;
  };
  const problemOf = async (path: string, token?: string) => {
    const answer = await api(path, token);
    return { status: answer.status, ...((await answer.json()) as { detail: string }) };
  };
  /** Runs `npm run replay` as the server's environment has it. */
  const run = (...args: string[]): Promise<{ code: number | null; out: string; err: string }> => {
    const child = spawn(process.execPath, [script, ...args], {
      env: { PATH: process.env["PATH"] ?? "", ...company.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const said = { out: "", err: "" };
    child.stdout.on("data", (data: Buffer) => (said.out += String(data)));
    child.stderr.on("data", (data: Buffer) => (said.err += String(data)));
    return new Promise((resolve) => child.once("close", (code) => resolve({ code, ...said })));
  };
  const one = (): string => accounts.find((account) => account.healthScore !== null)?.id ?? "";

  it("gives every current score again to the last bit, and says what it cannot compare", async () => {
    for (const { id, healthScore } of accounts) {
      const found = await replay(id, now);
      expect([found.verdict, found.differences]).toEqual(["identical", []]);
      expect(found.recalculated).toEqual(found.stored);
      expect(found.recalculated.healthScore).toBe(healthScore);
    }
    const past = await replay(one(), new Date(Date.now() - 20 * DAY_MS).toISOString());
    expect(past).toMatchObject({ verdict: "not_comparable", differences: [] });
    expect(past.sentence).toMatch(/reconstructed later from dated facts/);
  });

  it("is for leads and admins, and keeps the parts from those without the financial grant", async () => {
    const path = `/accounts/${one()}/replay?at=${now}`;
    expect((await api(path, await newToken("csm", true))).status).toBe(403);
    const open = await replay(one(), now, await newToken("lead", true));
    expect(open.recalculated.contributions?.length).toBeGreaterThan(10);
    const closed = await replay(one(), now, await newToken("lead", false));
    expect(closed).toMatchObject({ verdict: "identical", differenceCount: 0 });
    expect(closed.recalculated.healthScore).toBe(open.recalculated.healthScore);
    expect(JSON.stringify(closed)).not.toMatch(/contributions|reasons|dimensions/);
  });

  it("names what is wrong with the question", async () => {
    expect(await problemOf(`/accounts/${one()}/replay`)).toMatchObject({ status: 400 });
    expect(await problemOf(`/accounts/${one()}/replay?at=yesterday`)).toMatchObject({ status: 400 });
    expect(await problemOf(`/accounts/${one()}/replay?at=2001-01-01T00:00:00Z`)).toMatchObject({
      status: 404,
      detail: expect.stringMatching(/^At 2001-01-01T00:00:00.000Z this account had no score yet; the first/),
    });
    const unknown = await problemOf(`/accounts/${UNKNOWN}/replay?at=${now}`);
    expect(unknown).toMatchObject({
      status: 404,
      detail: (await problemOf(`/accounts/${UNKNOWN}/health`)).detail,
    });
  });

  it("says on the command line that the running server has the database, and what to do", async () => {
    const { code, out, err } = await run("--account", one(), "--at", now);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/in use by process \d+/);
    expect(err).toContain("GET /api/v1/accounts/{id}/replay?at=");
  });

  it("prints the same on the command line when the server is stopped", async () => {
    const before = await replay(one(), now);
    await company.server.stop();
    const json = await run("--account", one(), "--at", now, "--json");
    expect([json.code, json.err]).toEqual([0, ""]);
    expect(JSON.parse(json.out)).toMatchObject({ verdict: "identical", recalculated: before.recalculated });
    const text = await run("--account", one(), "--at", now);
    expect(text.code).toBe(0);
    expect(text.out).toContain("The recalculated score is identical with the stored one.");
    expect(text.out).toContain(`Health score  ${before.recalculated.healthScore} `);
    expect(text.out).toContain("scorecard default-1, churn model prior-1");
    for (const [args, says] of [
      [["--account", UNKNOWN, "--at", now], `There is no account with the id ${UNKNOWN}.`],
      [["--account", one(), "--at", "2001-01-01T00:00:00Z"], "had no score yet; the first one is of"],
      [["--account", one(), "--at", now, "--tenant", UNKNOWN], "There is no account with the id"],
      [["--account", "acme", "--at", "noon"], "--account and --at missing or not usable"],
      [["--acount", one()], "--acount"],
    ] as const) {
      const { code, out, err } = await run(...args);
      expect([code, out]).toEqual([1, ""]);
      expect(err).toContain(says);
      expect(err).not.toMatch(/^\s+at /m);
    }
  }, 60_000);
});
