import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { seededRandom } from "@bellwether/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const SCRIPT = fileURLToPath(new URL("./evaluate.ts", import.meta.url));

interface Run {
  status: number;
  stdout: string;
  stderr: string;
}

const run = (args: readonly string[]): Promise<Run> =>
  new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT, ...args], (error, stdout, stderr) =>
      resolve({ status: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
    );
  });

const ROWS = 240;
const random = seededRandom(4);
const lines = Array.from({ length: ROWS }, (_, row) => {
  const [a, b] = [4 * random() - 2, random() < 0.3 ? 1 : 0];
  const y = random() < 1 / (1 + Math.exp(1 - 1.5 * a)) ? 1 : 0;
  return `${row},${y},${row === 9 ? "" : a.toFixed(3)},${b},7`;
});
const FILES = {
  "data.csv": ["src_row,y,a,b,same", ...lines, ""].join("\n"),
  "splits.json": JSON.stringify({
    splits: [101, 102].map((seed, k) => ({
      seed,
      test_idx: Array.from({ length: 80 }, (_, i) => 3 * i + k),
    })),
  }),
  "small.json": JSON.stringify({
    test_idx: Array.from({ length: 80 }, (_, i) => i),
    draws: [0, 1].map((k) => Array.from({ length: 60 }, (_, i) => 80 + 2 * i + k)),
  }),
  "signs.json": '{\n "signs": {\n  "a": 1,\n  "b": 0,\n  "same": -1\n }\n}\n',
};

let folder = "";
const at = (name: string): string => join(folder, name);
const given = (changed: Readonly<Record<string, string>> = {}): string[] =>
  ["data", "splits", "signs", "small"].flatMap((option) => [
    `--${option}`,
    at(changed[option] ?? `${option}.${option === "data" ? "csv" : "json"}`),
  ]);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "churn-"));
  for (const [name, text] of Object.entries(FILES)) await writeFile(at(name), text);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("npm run evaluate:churn", () => {
  it("prints one JSON value with the figures, and writes a line for every test row", async () => {
    const { status, stdout, stderr } = await run([...given(), "--json", "--predictions", at("p.csv")]);
    expect([status, stderr]).toEqual([0, ""]);
    const report: unknown = JSON.parse(stdout);
    const figures = {
      auc: expect.any(Number),
      brier: expect.any(Number),
      ece: expect.any(Number),
      eceRatio: expect.any(Number),
      lift: expect.any(Number),
      coverage80: expect.any(Number),
      coverage90: expect.any(Number),
      secondsPerFit: expect.any(Number),
    };
    expect(report).toEqual({
      full: figures,
      small: [0, 20, 50].map((n) => ({ n, ...figures })),
      warnings: expect.any(Array),
    });
    const [header, ...rows] = (await readFile(at("p.csv"), "utf8")).trimEnd().split("\n");
    expect([header, rows.length]).toEqual(["split,row,p,low80,high80", 160]);
    for (const row of rows) {
      const [split, , p = 0, low = 1, high = 0] = row.split(",").map(Number);
      expect([101, 102]).toContain(split);
      expect(low <= p && p <= high).toBe(true);
    }
  });

  it("prints a table for people, and help", async () => {
    const table = await run(given().slice(0, 6));
    expect(table.stdout).toMatch(/^outcomes +AUC +Brier[\s\S]*\nall +0\.\d{4}/);
    expect((await run(["--help"])).stdout).toContain("--splits FILE");
  });

  it("gives numbers for odd columns, a handful of outcomes and an expert without opinion", async () => {
    const odd = lines.map((line, row) => {
      const [, y, a] = line.split(",");
      return [y, a, a, row === 50 ? 1e6 : a, "", 7, row === 70 ? 1 : 0].join(",");
    });
    const names = ["a", "twice", "wild", "empty", "same", "once"];
    await writeFile(at("odd.csv"), [`y,${names.join(",")}`, ...odd, ""].join("\n"));
    await writeFile(
      at("none.json"),
      JSON.stringify({ signs: Object.fromEntries(names.map((name) => [name, 0])) }),
    );
    const draws = [Array.from({ length: 13 }, (_, i) => 100 + i)];
    await writeFile(at("few.json"), JSON.stringify({ test_idx: [0, 1, 2], draws, sizes: [0, 1, 2, 13, 50] }));
    await writeFile(at("tiny.json"), JSON.stringify({ splits: [{ test_idx: [5] }] }));
    const { status, stdout, stderr } = await run([
      ...given({ data: "odd.csv", splits: "tiny.json", signs: "none.json", small: "few.json" }),
      "--json",
    ]);
    expect([status, stderr]).toEqual([0, ""]);
    const number = expect.any(Number);
    const figures = { brier: number, ece: number, coverage80: number, coverage90: number };
    expect(JSON.parse(stdout)).toMatchObject({
      full: { ...figures, auc: null },
      small: [0, 1, 2, 13].map((n) => ({ n, ...figures })),
    });
    expect(stdout).not.toMatch(/NaN|Infinity/);
  });

  const broken: readonly (readonly [name: string, option: string, text: string, message: RegExp])[] = [
    ["a word in a cell", "data", "y,a,b,same\n0,1,2,3\n1,1,x,3\n", /data\.bad, line 3: "x" in column b/],
    [
      "a row with too few cells",
      "data",
      "y,a,b,same\n0,1,2\n",
      /data\.bad, line 2: 4 cells are needed, there are 3/,
    ],
    ["an outcome of 2", "data", "y,a\n2,1\n", /data\.bad, line 2: y has to be 0 or 1, not "2"/],
    ["no outcome column", "data", "a,b\n1,1\n", /data\.bad, line 1: the header has no column y/],
    ["a header alone", "data", "y,a\n", /data\.bad, line 2: there are no rows/],
    ["a column twice", "data", "y,a,a\n1,1,1\n", /line 1: the column "a" stands twice/],
    [
      "bad JSON",
      "splits",
      '{"splits": [\n{"seed": 1,\n]}',
      /splits\.bad, line 3: this is no JSON: there is "\]"/,
    ],
    ["JSON cut short", "signs", '{"signs":\n{"a": 1', /signs\.bad, line 2: this is no JSON: the file ends/],
    [
      "an index out of range",
      "splits",
      '{"splits": [\n{"seed": 1, "test_idx": [1,\n 240]}]}',
      /splits\.bad, line 3: .*no row 240/,
    ],
    ["an index twice", "splits", '{"splits": [{"test_idx": [1, 1]}]}', /line 1: .*row 1 stands twice/],
    [
      "an index that is no number",
      "small",
      '{"test_idx": [1],\n"draws": [["2"]]}',
      /small\.bad, line 2: draws\.0\.0/,
    ],
    [
      "a draw from the test set",
      "small",
      '{"test_idx": [1],\n"draws": [[2, 1]]}',
      /line 2: row 1 is also in the test/,
    ],
    [
      "a feature without sign",
      "signs",
      '{\n"signs": {"a": 1}}',
      /signs\.bad, line 2: the feature "b" .* has no sign/,
    ],
    ["a sign that is no number", "signs", '{"signs": {"a": "up"}}', /signs\.bad, line 1: signs\.a/],
  ];
  it.each(broken)("ends with file and line for %s", async (_, option, text, message) => {
    await writeFile(at(`${option}.bad`), text);
    const { status, stdout, stderr } = await run(given({ [option]: `${option}.bad` }));
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect([status, stdout]).toEqual([1, ""]);
  });

  it.each([
    ["a file that is not there", () => given({ data: "none.csv" }), /none\.csv: there is no such file/],
    ["a folder", () => ["--data", folder, ...given().slice(2)], /this is a folder/],
    ["an option too few", () => given().slice(2), /--data is needed/],
    ["an unknown option", () => [...given(), "--fast"], /--fast/],
    [
      "a place that cannot be written",
      () => [...given(), "--predictions", at("no/p.csv")],
      /p\.csv cannot be written/,
    ],
  ])("ends with a message for %s", async (_, args, message) => {
    const { status, stderr } = await run(args());
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(status).toBe(1);
  });
});
