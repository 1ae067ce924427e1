import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { CARDS_DIR, PROJECT_DIR, readJson } from "../scripts/project.ts";
import { violationsIn } from "./support/card-rules.ts";

const sources = readdirSync(CARDS_DIR, { recursive: true, encoding: "utf8" }).filter(
  (path) => /\.tsx?$/.test(path) && !path.includes("node_modules"),
);

describe("the cards' source", () => {
  it.each(sources)("has nothing that HubSpot's worker or build refuses: %s", (path) => {
    const file = join(CARDS_DIR, path);
    expect(violationsIn(readFileSync(file, "utf8"), file, CARDS_DIR)).toEqual([]);
  });

  it.each([
    ["html_element", "const a = <div><Text>x</Text></div>;"],
    ["browser_global", "const a = window.innerWidth;"],
    ["browser_global", 'document.querySelector("a");'],
    ["browser_global", 'localStorage["a"] = "b";'],
    ["dialog", 'alert("a");'],
    ["native_http", 'await fetch("https://a.example");'],
    ["native_http", "new XMLHttpRequest();"],
    ["parent_import", 'import { a } from "../../../shared/a.ts";'],
    ["value_from_workspace", 'import { accountHealthView } from "@bellwether/shared";'],
    ["experimental_import", 'import { Grid } from "@hubspot/ui-extensions/experimental";'],
    ["node_module", 'import { join } from "node:path";'],
    ["import_meta", "const a = import.meta.env;"],
    ["console", 'console.log("a");'],
  ])("would not get away with %s: %s", (rule, code) => {
    const found = violationsIn(code, join(CARDS_DIR, "components/Bad.tsx"), CARDS_DIR);
    expect(found.map((violation) => violation.rule)).toEqual([rule]);
  });

  it.each([
    'import type { AccountHealthView } from "@bellwether/shared";',
    'import { day } from "../text.ts";',
    'await hubspot.fetch("https://a.example");',
    "const a = { location: 1, fetch: 2 };",
    "const a = <Text>fetch the document</Text>;",
  ])("may say: %s", (code) => {
    expect(violationsIn(code, join(CARDS_DIR, "components/Good.tsx"), CARDS_DIR)).toEqual([]);
  });
});

describe("the cards' packages", () => {
  it("are only those that HubSpot can install: none of this repository's", () => {
    const { dependencies, ...others } = z
      .looseObject({ dependencies: z.record(z.string(), z.string()) })
      .parse(readJson(join(CARDS_DIR, "package.json")));
    expect(Object.keys(dependencies).sort()).toEqual(["@hubspot/ui-extensions", "@remote-ui/react", "react"]);
    expect(Object.keys(others)).not.toContain("devDependencies");
  });

  it("bring one React, of the version that HubSpot's worker runs", () => {
    const reactFrom = (file: string): string =>
      realpathSync(createRequire(file).resolve("react/package.json"));
    const entry = join(CARDS_DIR, "HealthCard.tsx");
    const uiExtensions = join(PROJECT_DIR, "node_modules/@hubspot/ui-extensions");
    const remoteUi = createRequire(entry).resolve("@remote-ui/react");
    const copies = new Set(
      [entry, join(uiExtensions, "dist/index.js"), remoteUi, fileURLToPath(import.meta.url)].map(reactFrom),
    );
    expect(copies.size).toBe(1);
    const [only = ""] = copies;
    expect(readJson(only)).toMatchObject({ version: "18.3.1" });
    expect(readJson(join(uiExtensions, "package.json"))).toMatchObject({
      peerDependencies: { react: "18.3.1" },
    });
  });
});
