import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AccountHealthView } from "@bellwether/shared";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { openBrowser } from "../support/browser.ts";
import { lowContrastTexts } from "../support/contrast.ts";
import {
  atRiskView,
  bandSetView,
  calmExplanation,
  correctedView,
  explanation,
  HEALTH_VIEWS,
  lostView,
  OWN_CORRECTION,
  viewOfAnEarlierServer,
} from "../support/health-views.ts";
import {
  type AnswerCard,
  type CardOptions,
  type CardStage,
  openCardStage,
  type ShownCard,
} from "../support/hubspot-page.ts";

/** The bundled cards in a worker, as in HubSpot, drawn by stand-ins for its components. */

/** HubSpot's build runs in production mode. */
vi.stubEnv("NODE_ENV", "production");

let folder: string;
let browser: Browser;
let stage: CardStage;
let card: ShownCard;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bellwether-card-"));
  browser = await openBrowser();
  stage = await openCardStage(browser, folder);
});
afterEach(async () => {
  await card?.close();
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(options: CardOptions): Promise<ShownCard> {
  card = await stage.open(options);
  await card.page.getByRole("button", { name: "Refresh" }).waitFor();
  return card;
}
const health =
  (view: object): AnswerCard =>
  () => ({ status: 200, json: view });
const button = (name: string) => card.page.getByRole("button", { name, exact: true });
const shownText = () => card.page.locator("#root").textContent();
const overflow = () =>
  card.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

async function openEverything(): Promise<void> {
  for (const accordion of await card.page.locator(".hs-accordion > button").all()) await accordion.click();
}

const WIDTHS = [
  { bundle: "HealthCard", widthPx: 1280, cardWidthPx: 720 },
  { bundle: "HealthCard", widthPx: 400, cardWidthPx: 380 },
  { bundle: "HealthSidebarCard", widthPx: 400, cardWidthPx: 330 },
] as const;

describe.each(WIDTHS)("$bundle in a window of $widthPx px", (place) => {
  it.each(Object.entries(HEALTH_VIEWS))("fits and can be read, with everything open: %s", async (_, view) => {
    await open({
      ...place,
      answer: ({ path }) => ({ status: 200, json: path === "explain" ? explanation : view }),
    });
    await openEverything();
    if (view.may.correct) {
      await button("This is wrong…").click();
      await button("Save").click();
      await card.page.getByText("Say in a few words what is wrong.").waitFor();
    }
    expect(await overflow()).toBeLessThanOrEqual(0);
    expect(await card.page.evaluate(lowContrastTexts)).toEqual([]);
    expect(await card.page.locator(".hs-unknown").count()).toBe(0);
    expect(card.complaints).toEqual([]);
  });
});

describe("why, and since when", () => {
  it("opens by keyboard and lists what moved, with links to the evidence", async () => {
    await open({
      answer: ({ path }) => ({ status: 200, json: path === "explain" ? explanation : atRiskView }),
    });
    await card.page.getByRole("button", { name: "Why, and since when" }).focus();
    await card.page.keyboard.press("Enter");
    await card.page.getByText("−11.9 points between 21 Oct 2026 and 20 Nov 2026").waitFor();
    const text = await shownText();
    for (const item of explanation.items) expect(text).toContain(item.sentence);
    const link = card.page.getByRole("link", { name: "Ticket 4711" }).first();
    expect(await link.getAttribute("href")).toBe("https://larkspur-support.zendesk.com/agent/tickets/4711");
    await card.page.getByLabel("7 days ago").focus();
    await card.page.keyboard.press("ArrowDown"); // 30 days, which is on show
    await card.page.keyboard.press("ArrowDown");
    await expect.poll(() => periodDays()).toEqual([30, 90]);
  });

  const periodDays = () =>
    card.calls
      .filter(({ path }) => path === "explain")
      .map(({ query }) =>
        Math.round((Date.parse(query.get("to") ?? "") - Date.parse(query.get("from") ?? "")) / 86_400_000),
      );

  it("compares any two days, and says that nothing moved", async () => {
    await open({
      answer: ({ path }) => ({ status: 200, json: path === "explain" ? calmExplanation : atRiskView }),
    });
    await card.page.getByRole("button", { name: "Why, and since when" }).click();
    await card.page.getByText("Nothing moved between 21 Oct 2026 and 20 Nov 2026").waitFor();
    await card.page.getByLabel("Other dates").click();
    await card.page.getByLabel("From").fill("2025-03-01");
    await card.page.getByLabel("To", { exact: true }).fill("2025-03-03");
    await button("Compare").click();
    await expect.poll(() => card.calls.at(-1)?.query.get("from")).toBe("2025-03-01T00:00:00.000Z");
    expect(card.calls.at(-1)?.query.get("to")).toBe("2025-03-04T00:00:00.000Z");
  });
});

describe("a correction", () => {
  const correctable: AnswerCard = ({ path }) => {
    if (path.endsWith("/withdraw")) return { status: 200, json: { health: atRiskView } };
    if (path === "corrections")
      return { status: 201, json: { correction: OWN_CORRECTION, health: correctedView } };
    return { status: 200, json: atRiskView };
  };

  it("is shown at once and can be taken back", async () => {
    await open({ answer: correctable });
    await button("This is wrong…").click();
    await card.page.getByLabel("Because…").fill("Half of their users moved to the app.");
    // straight to the button: the field tells its value when it loses the focus
    await button("Save").click();
    await card.page.getByText("Health score: too low, says Robin Sato").waitFor();
    expect(card.calls.at(-1)).toMatchObject({
      method: "POST",
      body: { target: "score", reason: "Half of their users moved to the app.", override: null },
    });
    await button("Take back").click();
    await card.page.getByText("Health score: too low, says Robin Sato").waitFor({ state: "detached" });
    expect(card.calls.at(-1)?.path).toBe(`corrections/${OWN_CORRECTION.id}/withdraw`);
    expect(card.complaints).toEqual([]);
  });

  it("that sets the band is shown beside the calculation", async () => {
    await open({
      answer: (call) =>
        call.path === "corrections"
          ? { status: 201, json: { correction: OWN_CORRECTION, health: bandSetView } }
          : correctable(call),
    });
    await button("This is wrong…").click();
    await card.page.getByLabel("Because…").fill("They signed on the phone.");
    await card.page.getByLabel("And the score meanwhile?").selectOption("Set the band");
    await button("Save").click();
    await card.page.getByText("Set to green until 18 Dec 2026").waitFor();
    await card.page.getByText("Calculated: 61.5, yellow.").waitFor();
  });

  it("that the server refuses stays in the form, with its reason", async () => {
    const problem = {
      type: "/problems/forbidden",
      title: "Forbidden",
      status: 403,
      code: "forbidden",
      detail: "Your role may not correct scores.",
      requestId: "r_9f",
    };
    await open({
      answer: (call) => (call.method === "POST" ? { status: 403, json: problem } : correctable(call)),
    });
    await button("This is wrong…").click();
    await card.page.getByLabel("Because…").fill("It is wrong.");
    await button("Save").click();
    await card.page.getByText("Your role may not correct scores.").waitFor();
    expect(await card.page.getByLabel("Because…").inputValue()).toBe("It is wrong.");
  });
});

describe("what stands over the calculation", () => {
  it.each<[string, AccountHealthView, RegExp]>([
    [
      "a person's word",
      bandSetView,
      /Set to green until 18 Dec 2026.*Set by Robin Sato\. Calculated: 61\.5, yellow\./,
    ],
    ["a lost customer", lostView, /^Lost on 20 Nov 2026The contract ended without a renewal\./],
  ])("is said first: %s", async (_name, view, sentence) => {
    await open({ answer: health(view) });
    expect(await shownText()).toMatch(sentence);
  });

  it("is left out for a server of an earlier version", async () => {
    await open({ answer: health(viewOfAnEarlierServer(atRiskView)) });
    expect(await shownText()).not.toMatch(/undefined|This is wrong/);
    expect(card.complaints).toEqual([]);
  });
});
