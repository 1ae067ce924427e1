import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SCORECARD_DEFAULT_V1 } from "@bellwether/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runScorecardCommand } from "./scorecard-command.ts";

interface Asked {
  method: string;
  url: string;
  token: string;
  body: unknown;
}

describe("npm run scorecard", () => {
  let folder: string;
  let server: Server;
  const asked: Asked[] = [];
  /** What the server has, by version. */
  const cards = new Map<string, Record<string, unknown>>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "bellwether-scorecard-"));
    server = createServer(async (req, res) => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(Buffer.from(chunk));
      const text = Buffer.concat(chunks).toString();
      const body = text === "" ? null : (JSON.parse(text) as Record<string, unknown>);
      const [method, url] = [req.method ?? "", req.url ?? ""];
      asked.push({ method, url, token: req.headers.authorization ?? "", body });
      const version = /scorecards\/([^/?]+)/.exec(url)?.[1] ?? "";
      const card = cards.get(version);
      const [status, answer] = answerTo(method, version, card, body);
      res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });

  const refusal = (status: number, detail: string): [number, object] => [
    status,
    { type: "/problems/x", title: "x", status, code: "x", detail, requestId: "r_1" },
  ];
  const answerTo = (
    method: string,
    version: string,
    card: Record<string, unknown> | undefined,
    body: Record<string, unknown> | null,
  ): [number, object] => {
    if (method === "GET") return card ? [200, card] : refusal(404, "not there");
    if (version === "sealed-1") return refusal(409, "sealed-1 is active and stays as it is.");
    return [200, { ...cardOf("acme-1"), ...body }];
  };
  const cardOf = (version: string, status = "draft"): Record<string, unknown> => ({
    version,
    status,
    revision: "abc",
    segments: ["new"],
    definition: { ...SCORECARD_DEFAULT_V1, version },
  });
  const file = async (name: string, content: unknown): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  };
  const run = async (args: string[], environment: Record<string, string> = {}) => {
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    let [printed, complained] = ["", ""];
    const status = await runScorecardCommand(args, {
      environment: { BELLWETHER_URL: `http://127.0.0.1:${port}`, BELLWETHER_TOKEN: "t", ...environment },
      print: (text) => {
        printed += text;
      },
      complain: (text) => {
        complained += text;
      },
    });
    return { status, printed, complained };
  };

  it("checks files without a server, and names the sum of wrong weights", async () => {
    const good = await file("good.json", SCORECARD_DEFAULT_V1);
    const dimensions = SCORECARD_DEFAULT_V1.dimensions.map((d) => ({ ...d, weight: d.weight + 1 }));
    const bad = await file("bad.json", { definition: { ...SCORECARD_DEFAULT_V1, dimensions } });
    const offline = { BELLWETHER_URL: "http://127.0.0.1:1" };
    expect(await run(["check", good], offline)).toEqual({
      status: 0,
      printed: `${good}: default-1 is valid.\n`,
      complained: "",
    });
    const both = await run(["check", bad, good], offline);
    expect(both.status).toBe(1);
    expect(both.printed).toContain("default-1 is valid");
    expect(both.complained).toBe(
      `${bad}: The weights of the dimensions sum to 104, they have to sum to 100.\n`,
    );
  });

  it.each([
    ["no JSON", "{", "is no JSON"],
    ["something else", [], "expected object"],
    ["wrong segments", { definition: SCORECARD_DEFAULT_V1, segments: ["old"] }, "segments"],
  ])("finds %s in a file", async (_, content, words) => {
    const path = await file("wrong.json", content);
    const { status, complained } = await run(["check", path]);
    expect([status, complained]).toEqual([1, expect.stringContaining(words)]);
    expect(complained).toContain(path);
  });

  it("says what it did not understand and does nothing", async () => {
    const before = asked.length;
    for (const args of [
      [],
      ["check"],
      ["export"],
      ["import"],
      ["import", "a", "b"],
      ["import", "a", "--propose"],
      ["import", "a", "--note", "x"],
      ["export", "a", "--propose", "--note", "x"],
      ["delete", "a"],
      ["check", "a", "--force"],
    ]) {
      const { status, complained } = await run(args);
      expect([args, status]).toEqual([args, 2]);
      expect(complained).toContain("usage:");
    }
    expect(asked).toHaveLength(before);
  });

  it("writes a version to a file that is the same text every time, and takes it back in", async () => {
    cards.set("acme-1", cardOf("acme-1"));
    const path = join(folder, "acme-1.json");
    expect(await run(["export", "acme-1", path, "--tenant", "x"])).toMatchObject({
      status: 0,
      complained: "",
    });
    expect(asked.at(-1)).toMatchObject({ url: "/api/v1/scorecards/acme-1?tenantId=x", token: "Bearer t" });
    const text = await readFile(path, "utf8");
    expect((await run(["export", "acme-1"])).printed).toBe(text);
    expect(JSON.parse(text)).toEqual({
      segments: ["new"],
      definition: { ...SCORECARD_DEFAULT_V1, version: "acme-1" },
    });
    expect((await run(["import", path])).printed).toBe("acme-1 is there already and says the same.\n");
    expect(asked.at(-1)?.method).toBe("GET");
  });

  it("makes a draft, changes a draft, and proposes it where asked", async () => {
    cards.clear();
    const made = await file("new.json", { ...SCORECARD_DEFAULT_V1, version: "acme-1", name: "Ours" });
    expect(await run(["import", made])).toMatchObject({ status: 0, printed: "acme-1 is a new draft.\n" });
    expect(asked.at(-1)).toMatchObject({ method: "POST", url: "/api/v1/scorecards" });
    cards.set("acme-1", cardOf("acme-1"));
    const both = await run(["import", made, "--propose", "--note", "why not"]);
    expect(both).toMatchObject({ status: 0, printed: expect.stringContaining("acme-1 is proposed") });
    expect(asked.slice(-2)).toMatchObject([
      { method: "PUT", body: { revision: "abc", definition: { name: "Ours" } } },
      { method: "POST", url: "/api/v1/scorecards/acme-1/propose", body: { note: "why not" } },
    ]);
  });

  it("ends with the server's words where it is refused, and with what is missing", async () => {
    cards.set("sealed-1", cardOf("sealed-1", "active"));
    const changed = await file("sealed.json", { ...SCORECARD_DEFAULT_V1, version: "sealed-1", name: "Ours" });
    expect(await run(["import", changed])).toEqual({
      status: 1,
      printed: "",
      complained: "sealed-1 is active and stays as it is.\n",
    });
    expect(await run(["export", "nothing-1"])).toMatchObject({
      status: 1,
      complained: "There is no scorecard nothing-1.\n",
    });
    const away = await run(["export", "acme-1"], { BELLWETHER_URL: "http://127.0.0.1:1" });
    expect([away.status, away.complained]).toEqual([1, expect.stringContaining("does not answer")]);
    const open = await run(["export", "acme-1"], { BELLWETHER_TOKEN: "" });
    expect(open.status).toBe(1);
  });
});
