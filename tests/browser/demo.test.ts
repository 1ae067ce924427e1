import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../demo/listen.ts";
import { openBrowser, watchComplaints } from "../support/browser.ts";
import { eventually } from "../support/eventually.ts";

const ENTRY = join(import.meta.dirname, "../demo/main.ts");
/** The demo promises to be ready within 60 s. */
const READY_MS = 60_000;
/** For the history of 85 customers; far more than it takes. */
const HISTORY_MS = 90_000;
/** For one event from the press of its button to the page; the time taken is recorded, not judged here. */
const EVENT_MS = 30_000;

interface RunningDemo {
  process: ChildProcess;
  url: string;
  /** Everything that it printed on standard output. */
  printed(): string;
}

async function startDemo(port: number, temporary: string): Promise<RunningDemo> {
  const child = spawn(process.execPath, [ENTRY], {
    env: { ...process.env, PORT: String(port), TMPDIR: temporary },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let complaints = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const url = await new Promise<string>((resolve, reject) => {
    const tooLate = setTimeout(
      () => reject(new Error(`not ready after ${READY_MS} ms: ${complaints}`)),
      READY_MS,
    );
    child.on("exit", () => reject(new Error(`the demo ended: ${complaints}`)));
    child.stdout?.on("data", (chunk: Buffer) => {
      out += chunk.toString();
      const found = /http:\/\/\S+/.exec(out);
      if (!found) return;
      clearTimeout(tooLate);
      resolve(found[0]);
    });
  });
  return { process: child, url, printed: () => out };
}

/** As a person does: a demo that is killed leaves its server running. @returns its exit code */
async function endDemo(demo: ChildProcess): Promise<number | null> {
  const ended = once(demo, "exit");
  demo.kill("SIGINT");
  const [code] = await ended;
  return code;
}

const scoreIn = (page: Page, card: "tab-card" | "sidebar-card") =>
  page.getByTestId(card).getByRole("img", { name: /^Score/ });

/** Chooses a customer with a green score in the picker: there is something to lose. */
async function chooseHealthyAccount(page: Page): Promise<string> {
  await page.getByRole("combobox", { name: "Customer" }).click();
  const options = page
    .getByRole("option")
    .filter({ has: page.locator(".badge.is-green") })
    .filter({ hasNotText: "match to confirm" });
  await options.first().waitFor({ timeout: HISTORY_MS });
  const name = await options.first().locator("span").nth(1).textContent();
  await options.first().click();
  return name ?? "";
}

describe("the demo", () => {
  let temporary: string;
  let demo: RunningDemo;
  let browser: Browser;

  beforeAll(async () => {
    temporary = await mkdtemp(join(tmpdir(), "demo-test-"));
    [browser, demo] = await Promise.all([openBrowser(), startDemo(await freePort(), temporary)]);
  });
  afterAll(async () => {
    await browser?.close();
    if (demo?.process.exitCode === null) await endDemo(demo.process);
    await rm(temporary, { recursive: true, force: true });
  });

  /** @param card code to run in place of the bundled tab card */
  const open = async (width: number, height = 900, card?: string) => {
    const page = await browser.newPage({ viewport: { width, height }, locale: "en-GB" });
    if (card !== undefined)
      await page.route("**/demo/cards/HealthCard.js", (route) =>
        route.fulfill({ contentType: "text/javascript", body: card }),
      );
    const complaints = watchComplaints(page);
    await page.goto(demo.url);
    return { page, complaints };
  };

  it("says where it is in one line", () => {
    expect(demo.printed().trim().split("\n")).toHaveLength(1);
  });

  it("shows scores on the real card, the real sidebar card and in the real Zendesk app", async () => {
    const { page, complaints } = await open(1280);
    await page.getByText("Live", { exact: true }).waitFor({ timeout: HISTORY_MS });
    await chooseHealthyAccount(page);
    await scoreIn(page, "tab-card").waitFor();
    await scoreIn(page, "sidebar-card").waitFor();
    expect(await page.locator(".hs-unknown").count()).toBe(0);
    const onCard = await scoreIn(page, "tab-card").getAttribute("aria-label");
    const written = await page.locator('[data-property="bellwether_health_score"] dd').textContent();
    expect(onCard).toContain(written);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("follows an urgent ticket to a new score, its reasons and the write-backs", async ({ annotate }) => {
    const { page, complaints } = await open(1280);
    await page.getByText("Live", { exact: true }).waitFor({ timeout: HISTORY_MS });
    const name = await chooseHealthyAccount(page);
    await scoreIn(page, "tab-card").waitFor();
    const before = await scoreIn(page, "tab-card").getAttribute("aria-label");
    const reasonsBefore = await page.getByTestId("tab-card").textContent();

    const pressedAt = performance.now();
    await page.getByRole("button", { name: "Urgent ticket" }).click();
    const isNew = `[data-testid="tab-card"] [role="img"]:not([aria-label="${before}"])[aria-label^="Score"]`;
    await page.locator(isNew).first().waitFor({ timeout: EVENT_MS });
    const onCardMs = Math.round(performance.now() - pressedAt);
    await page
      .getByText(/^Written back/)
      .locator("xpath=../b[contains(text(), ' s')]")
      .waitFor({ timeout: EVENT_MS });

    expect(await page.getByTestId("tab-card").textContent()).not.toBe(reasonsBefore);
    const newest = page
      .getByTestId("write-backs")
      .locator("> li")
      .filter({ hasText: `HubSpot${name}` })
      .first();
    expect(await newest.textContent()).toContain("Health score");
    const steps = await page.getByTestId("journey").locator("ol li").allInnerTexts();
    await annotate(
      `urgent ticket: on the card after ${onCardMs} ms; ${steps.join(", ").replaceAll("\n", " ")}`,
    );
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("explains a score, and shows a person's word at once until it is taken back", async () => {
    const { page, complaints } = await open(1280);
    await page.getByText("Live", { exact: true }).waitFor({ timeout: HISTORY_MS });
    await chooseHealthyAccount(page);
    const card = page.getByTestId("tab-card");
    const why = card.getByRole("button", { name: "Why, and since when" });
    // while the first scores are written back, the demo's page loads its cards again
    await expect
      .poll(
        async () => {
          if ((await why.getAttribute("aria-expanded")) === "false") await why.click();
          return card.getByText(/between .* and |There was no score on/).count();
        },
        { timeout: EVENT_MS, interval: 500 },
      )
      .toBeGreaterThan(0);

    await card.getByRole("button", { name: "This is wrong…" }).click();
    await card.getByLabel("In which way?").selectOption("Too high");
    await card.getByLabel("Because…").fill("They gave notice on the phone.");
    await card.getByLabel("And the score meanwhile?").selectOption("Set the band");
    await card.getByLabel("Band", { exact: true }).selectOption("Red");
    await card.getByRole("button", { name: "Save" }).click();
    await card.getByText(/^Set to red until/).waitFor();
    await card.getByText(/Calculated: .*green/).waitFor();
    const band = page.locator('[data-property="bellwether_health_band"] dd');
    await expect.poll(() => band.textContent(), { timeout: EVENT_MS }).toMatch(/red/i);

    await page.getByRole("tab", { name: "Zendesk ticket" }).click();
    const app = page.frameLocator("iframe");
    await app.getByRole("button", { name: "Show details" }).click();
    await app.getByText(/^Set to red until/).waitFor();
    await app.getByRole("button", { name: "Why, and since when" }).click();
    await app.getByText(/between .* and |There was no score on/).waitFor();
    const corrections = app.getByRole("button", { name: "Is something wrong?" });
    // open by itself only where there was a correction before the details were opened
    if ((await corrections.getAttribute("aria-expanded")) === "false") await corrections.click();
    await app.getByRole("button", { name: "This is wrong…" }).click();
    await app.getByLabel("Because…").fill("It is a test account.");
    await app.getByRole("button", { name: "Save" }).click();
    await app.getByText(/^Health score: too low, says/).waitFor();

    await page.getByRole("tab", { name: "HubSpot company record" }).click();
    await card.getByRole("button", { name: "Take back" }).last().click();
    await card.getByText(/^Set to red until/).waitFor({ state: "detached" });
    await expect.poll(() => band.textContent(), { timeout: EVENT_MS }).toMatch(/green/i);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("shows the customer in the Zendesk app beside the newest ticket", async () => {
    const { page, complaints } = await open(1280);
    await page.getByText("Live", { exact: true }).waitFor({ timeout: HISTORY_MS });
    await page.getByRole("tab", { name: "Zendesk ticket" }).click();
    const app = page.frameLocator("iframe");
    await app.getByText(/Do now/).waitFor();
    expect(await app.locator("body").textContent()).not.toMatch(/revenue|€|\$/i);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each([1280, 400])("fits into %i px without sideways scrolling, on every tab", async (width) => {
    const { page, complaints } = await open(width);
    await scoreIn(page, "tab-card").waitFor({ timeout: HISTORY_MS });
    for (const tab of await page.getByRole("tablist", { name: "Platform" }).getByRole("tab").all()) {
      await tab.click();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("can be worked with the keyboard alone", async () => {
    const { page } = await open(1280);
    const picker = page.getByRole("combobox", { name: "Customer" });
    const before = await picker.inputValue();
    await picker.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    // the field takes the chosen name a moment after the key
    await eventually(async () => {
      const name = await picker.inputValue();
      expect(name).not.toBe(before);
      const record = page.getByRole("article", { name: `HubSpot record of ${name}` });
      expect(await record.isVisible()).toBe(true);
    }, 30_000);
    await page.getByRole("tab", { name: "HubSpot company record" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("tab", { name: "Zendesk ticket", selected: true }).waitFor();
    await page.close();
  });

  it("names a component that it has no stand-in for, and shows what is inside", async () => {
    const card = `extend_V2(() => React.createElement(RemoteUI.createRemoteReactComponent("Mystery"), null, "inside"));`;
    const { page } = await open(1280, 900, card);
    await page.getByTestId("tab-card").getByText("No stand-in for HubSpot's “Mystery”").waitFor();
    await page.getByTestId("tab-card").getByText("inside").waitFor();
    await page.close();
  });

  it("says so when a card cannot run", async () => {
    const { page } = await open(1280, 900, `throw new Error("broken bundle");`);
    await page
      .getByTestId("tab-card")
      .getByText(/The card could not run.*broken bundle/)
      .waitFor();
    await page.close();
  });

  it("refuses actions that it does not know, and calls that leave the app's permitted addresses", async () => {
    const post = (path: string, body: unknown) =>
      fetch(`${demo.url}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    expect((await post("/demo/actions", { accountKey: "nobody", action: "urgentTicket" })).status).toBe(404);
    expect((await post("/demo/actions", { accountKey: "nobody", action: "rm" })).status).toBe(400);
    const elsewhere = await post("/demo/hubspot-fetch", { url: "https://example.com/" });
    expect(await elsewhere.json()).toMatchObject({ status: 400 });
  });

  it("says in words that a port is taken", async () => {
    const port = new URL(demo.url).port;
    await expect(startDemo(Number(port), temporary)).rejects.toThrow(`Port ${port} is taken`);
  });

  it("ends on SIGINT with everything that it started", async () => {
    const { page } = await open(1280);
    const askedAt = performance.now();
    expect(await endDemo(demo.process)).toBe(0);
    expect(performance.now() - askedAt).toBeLessThan(15_000);
    await expect(fetch(demo.url)).rejects.toThrow();
    expect((await readdir(temporary)).filter((name) => name.startsWith("bellwether-demo-"))).toEqual([]);
    await page.getByText("The demo does not answer").waitFor();
    await page.close();
    expect(existsSync(temporary)).toBe(true);
  });
});
