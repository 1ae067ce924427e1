import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as RemoteUI from "@remote-ui/react";
import React from "react";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { atRiskView } from "../../tests/support/health-views.ts";
import { type Bundle, bundleAll } from "../scripts/bundle.ts";
import { entrypointsOf, PROJECT_DIR, readMetaFiles, SOURCE_DIR } from "../scripts/project.ts";
import type { CardProps } from "../src/app/cards/components/HealthStates.tsx";
import { cardHost, type FetchMock, fakeFetch, textOf, viewAnswer } from "./support/card-host.ts";

/** HubSpot's build runs in production mode; the test runner's own mode would bundle React's development half. */
vi.stubEnv("NODE_ENV", "production");
const folder = mkdtempSync(join(tmpdir(), "bellwether-cards-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the bundles that HubSpot would run", () => {
  let bundles: Bundle[];
  beforeAll(async () => {
    bundles = await bundleAll(SOURCE_DIR, entrypointsOf(readMetaFiles()), join(folder, "dist"));
  });

  it("are one per entry file, small, and contain no foreign package", () => {
    expect(bundles.map((bundle) => bundle.entrypoint)).toEqual([
      "app/cards/HealthCard.tsx",
      "app/cards/HealthSidebarCard.tsx",
    ]);
    for (const { bytes, packages } of bundles) {
      expect(bytes).toBeLessThan(40_000);
      expect(packages).toEqual(["@hubspot/ui-extensions", "react"]);
    }
  });

  it("register themselves in a worker and show the account's health", async () => {
    for (const { file } of bundles) {
      const card = registeredBy(readFileSync(file, "utf8"), fakeFetch(viewAnswer(atRiskView)));
      const host = cardHost();
      host.renderer.render(card(host.props));
      await host.renderer.waitFor(() => expect(textOf(host)).toContain("Why the score is 49"));
    }
  });
});

describe("a card that HubSpot would refuse", () => {
  beforeAll(() => {
    for (const [name, target] of [
      ["@hubspot/ui-extensions", join(PROJECT_DIR, "node_modules/@hubspot/ui-extensions")],
      ["@bellwether/shared", join(PROJECT_DIR, "../shared")],
    ] as const) {
      mkdirSync(join(folder, "node_modules", dirname(name)), { recursive: true });
      symlinkSync(target, join(folder, "node_modules", name));
    }
  });

  const bundleOf = (...lines: string[]) => {
    writeFileSync(join(folder, "Bad.ts"), lines.join("\n"));
    return bundleAll(folder, ["Bad.ts"], join(folder, "bad"));
  };
  const REGISTERS = 'import { hubspot } from "@hubspot/ui-extensions";\nhubspot.extend(() => null);';

  it("is bundled without what follows", async () => {
    await expect(bundleOf(REGISTERS)).resolves.toHaveLength(1);
  });

  it("is not bundled when it registers nothing", async () => {
    await expect(bundleOf("export const a = 1;")).rejects.toThrow(/Bad\.ts: .*does not appear to import/s);
  });

  it("is not bundled with a module of Node in it", async () => {
    await expect(
      bundleOf(REGISTERS, 'import { readFileSync } from "node:fs";', 'export const a = readFileSync("a");'),
    ).rejects.toThrow(/__vite-browser-external|a module of Node/);
  });

  it("is not bundled with code of this repository, which is not uploaded", async () => {
    await expect(
      bundleOf(REGISTERS, 'import { clamp } from "@bellwether/shared";', "export const a = clamp(1, 2, 3);"),
    ).rejects.toThrow(/shared.*outside of the folder/);
  });
});

type Card = (props: CardProps) => React.ReactElement;

/** Runs a bundle with a worker's globals; what it hands to `hubspot.extend` is the card. */
function registeredBy(code: string, hsFetch: FetchMock): Card {
  let registered: Card | null = null;
  const self = {
    __HUBSPOT_EXTENSION_WORKER__: true,
    hsFetch,
    extend_V2: (card: Card) => {
      registered = card;
    },
  };
  new Function("self", "React", "RemoteUI", code)(self, React, RemoteUI);
  if (registered === null) throw new Error("the bundle registered no card");
  return registered;
}
