import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { SCORECARD_DEFAULT_V1 } from "@bellwether/shared";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createSecretBox } from "../../server/src/adapters/db/secret-box.ts";
import { scoreAccounts } from "../../server/src/services/score-accounts.ts";
import {
  CLIENT_SECRET,
  type GuardedServer,
  type GuardedTenant,
  guardedTenant,
  startGuarded,
} from "../support/guarded-server.ts";
import { hubspotHeaders } from "../support/hubspot-sender.ts";
import { type Book, makeBook } from "../support/learning-server.ts";
import { ADMIN_TOKEN } from "../support/one-company.ts";
import type { rememberOpened } from "../support/opened-database.ts";

const { kept } = await vi.hoisted(async () => ({
  kept: (await import("../support/opened-database.ts")).rememberOpened() as ReturnType<typeof rememberOpened>,
}));
vi.mock(import("../../server/src/adapters/db/database.ts"), async (load) => kept.wrap(await load()));

const MAIL = "canary.person@customer.example";
const WORDS = "canary words about a customer";
const BAD_TOKEN = "canary-token-that-nobody-gave";

let server: GuardedServer;
let ours: GuardedTenant;
let theirs: GuardedTenant;
let book: Book;
/** Whatever opens something. */
const secrets = new Set<string>([ADMIN_TOKEN, CLIENT_SECRET]);

beforeAll(async () => {
  server = await startGuarded();
  ours = await guardedTenant(server.parts, "ours", "4001");
  theirs = await guardedTenant(server.parts, "theirs", "4002");
  book = await makeBook(server.parts, 2, -2, 21);
  await scoreAccounts(server.parts, book.tenant);
  for (const tenant of [ours, theirs])
    for (const id of [tenant.hubspot, tenant.zendesk])
      for (const secret of Object.values(await server.parts.connections.secrets(id)))
        if (typeof secret === "string") secrets.add(secret);
}, 120_000);
afterAll(() => server?.stop());

const made = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
  const answer = await server.call("POST", `${path}?tenantId=${book.tenant}`, ADMIN_TOKEN, body);
  expect([path, answer.status]).toEqual([path, 201]);
  return (await answer.json()) as Record<string, unknown>;
};

describe("tokens at rest (ASVS 11.3.3, 11.3.4, 13.3.1, 13.3.4)", () => {
  it("leave no trace of themselves in any column of any table", async () => {
    secrets.add(String((await made("/tokens", { name: "for a dump", role: "csm" }))["token"]));
    secrets.add(String((await made("/write-keys", { name: "for a dump", kind: "server" }))["writeKey"]));
    expect(secrets.size).toBeGreaterThan(10);
    expect(await foundInDump([...secrets])).toEqual([]);
    expect(await foundInDump([ours.subdomain])).not.toEqual([]); // the dump does hold what is no secret
  });

  it("leave none in the files either, the write-ahead log among them", async () => {
    await kept.latest().query("CHECKPOINT");
    const files = await readdir(server.dataDir, { recursive: true, withFileTypes: true });
    const hits: string[] = [];
    let hasKnown = false;
    for (const file of files.filter((entry) => entry.isFile())) {
      const bytes = await readFile(join(file.parentPath, file.name));
      hasKnown ||= bytes.includes(String(ours.tenant)) || bytes.includes(ours.subdomain);
      hits.push(...[...secrets].filter((secret) => bytes.includes(secret)).map(() => file.name));
    }
    expect(hits).toEqual([]);
    expect(hasKnown).toBe(true);
  });

  const SEALED =
    "SELECT sealed FROM connection_secret WHERE tenant_id = $1::uuid AND connection_id = $2::uuid";
  const SEAL =
    "UPDATE connection_secret SET sealed = $3 WHERE tenant_id = $1::uuid AND connection_id = $2::uuid";
  const sealedOf = async ({ tenant }: GuardedTenant, id: string): Promise<string> =>
    (await kept.latest().query<{ sealed: string }>(SEALED, [tenant, id]))[0]?.sealed ?? "";

  it("open for their own tenant and connection alone: a swapped row does not decrypt", async () => {
    const own = await sealedOf(ours, ours.hubspot);
    for (const foreign of [await sealedOf(theirs, theirs.hubspot), await sealedOf(ours, ours.zendesk)]) {
      await kept.latest().query(SEAL, [ours.tenant, ours.hubspot, foreign]);
      await expect(server.parts.connections.secrets(ours.hubspot)).rejects.toMatchObject({
        code: "config_invalid",
      });
    }
    await kept.latest().query(SEAL, [ours.tenant, ours.hubspot, own]);
    expect((await server.parts.connections.secrets(ours.hubspot)).accessToken).toBe(ours.accessTokens[0]);
  });

  it("do not open with a changed byte in any part, or a shortened tag", async () => {
    const box = createSecretBox([randomBytes(32)], randomBytes);
    const sealed = box.seal("token", "tenant");
    const parts = sealed.split(".");
    const changes = parts.flatMap((part, i) => {
      const flipped = `${part.startsWith("A") ? "B" : "A"}${part.slice(1)}`;
      return [parts.with(i, flipped), parts.with(i, part.slice(0, -3)), parts.with(i, "")].map((list) =>
        list.join("."),
      );
    });
    for (const changed of [...changes, "", `${sealed}.`.replace("1.", "2."), parts.slice(0, 4).join(".")])
      expect([changed, box.open(changed, "tenant")]).toEqual([changed, null]);
    expect(box.open(sealed, "tenant2")).toBeNull();
    expect(box.open(sealed, "tenant")).toBe("token");
    expect(createSecretBox([randomBytes(32)], randomBytes).open(sealed, "tenant")).toBeNull();
  });

  it("are sealed with another nonce each time, over 10,000 times", () => {
    const box = createSecretBox([randomBytes(32)], randomBytes);
    const nonces = new Set(Array.from({ length: 10_000 }, () => box.seal("same", "same").split(".")[2]));
    expect(nonces.size).toBe(10_000);
  });
});

describe("secrets and personal data in logs (ASVS 16.2.5, 16.5.1, 14.2.1)", () => {
  it("are in no log line, no job and no refusal, whatever comes in", async () => {
    const account = `/accounts/${book.accounts[0]}`;
    await made(`${account}/corrections`, {
      target: "score",
      direction: "too_high",
      reason: WORDS,
      evidence: MAIL,
    });
    await made(`${account}/outcomes`, { kind: "renewed", at: "2026-01-05", note: `${WORDS} ${MAIL}` });
    await made("/tokens", { name: MAIL, role: "csm" });
    await made("/scorecards", { basedOn: SCORECARD_DEFAULT_V1.version, version: "named-1", note: WORDS });
    const writeKey = String((await made("/write-keys", { name: MAIL, kind: "browser" }))["writeKey"]);
    const refused = [
      ...(await productEvents(writeKey)),
      await server.call(
        "POST",
        `${account}/corrections?tenantId=${book.tenant}`,
        ADMIN_TOKEN,
        `{"reason": "${MAIL}`,
      ),
      await server.call("POST", `/tokens?tenantId=${book.tenant}`, ADMIN_TOKEN, { name: MAIL, role: MAIL }),
      await server.call("GET", `/accounts?after=${MAIL}`, BAD_TOKEN),
      await server.call("GET", `/accounts/${MAIL}/health?tenantId=${book.tenant}`, ADMIN_TOKEN),
      await fetch(`${server.url}/${MAIL}?token=${BAD_TOKEN}`),
      await fetch(`${server.url}/api/zendesk/account-health?ticketId=1`, {
        headers: { authorization: `Bearer ${BAD_TOKEN}` },
      }),
      await fetch(`${server.url}/oauth/hubspot/callback?code=${BAD_TOKEN}&state=${BAD_TOKEN}`, {
        headers: { cookie: `bellwether_install=${BAD_TOKEN}` },
      }),
      ...(await deliveries()),
    ];
    const bodies = await Promise.all(refused.map((answer) => answer.text()));
    const canaries = [MAIL, WORDS, BAD_TOKEN, writeKey, ...secrets];
    const leaks = (text: string): string[] => canaries.filter((canary) => text.includes(canary));
    expect(bodies.flatMap(leaks)).toEqual([]);
    expect(server.log().length).toBeGreaterThan(1_000);
    expect(leaks(server.log())).toEqual([]);
    const jobs = await kept
      .latest()
      .query<{ text: string }>("SELECT job::text AS text FROM pgboss.job AS job");
    expect(jobs.length).toBeGreaterThan(0);
    expect(jobs.flatMap(({ text }) => leaks(text))).toEqual([]);
  });

  const productEvents = (writeKey: string): Promise<Response[]> =>
    Promise.all(
      [
        JSON.stringify({
          type: "identify",
          userId: MAIL,
          traits: { email: MAIL, note: WORDS },
          messageId: "m-1",
        }),
        JSON.stringify({ type: "identify", traits: { email: MAIL }, timestamp: MAIL }),
        `{"userId": "${MAIL}"`,
      ].map((body) =>
        fetch(`${server.url}/v1/identify`, {
          method: "POST",
          body,
          headers: { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString("base64")}` },
        }),
      ),
    );
  const deliveries = (): Promise<Response[]> => {
    const url = `${server.url}/webhooks/hubspot`;
    return Promise.all(
      [
        JSON.stringify([{ portalId: 4001, email: MAIL, propertyValue: WORDS }]),
        `["${MAIL}"`,
        `"${MAIL}"`,
      ].map((body) =>
        fetch(url, { method: "POST", body, headers: hubspotHeaders(url, body, CLIENT_SECRET) }),
      ),
    );
  };
});

/** Which of these texts stand in any row of any table, as text or as bytes. */
async function foundInDump(texts: readonly string[]): Promise<string[]> {
  const tables = await kept.latest().query<{ name: string }>(
    `SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) AS name FROM information_schema.tables
     WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'`,
  );
  expect(tables.length).toBeGreaterThan(40);
  const spelled = texts.flatMap((text) => [
    text,
    Buffer.from(text).toString("hex"),
    Buffer.from(text).toString("base64").slice(0, -4),
  ]);
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await kept.latest().query<{ text: string }>(`SELECT t::text AS text FROM ${name} AS t`);
    for (const { text } of rows) found.push(...spelled.filter((one) => text.includes(one)).map(() => name));
  }
  return found;
}
