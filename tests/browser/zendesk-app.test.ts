import { createHmac } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AccountHealthView } from "@bellwether/shared";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { buildApp } from "../../zendesk-app/scripts/package-app.ts";
import { openBrowser } from "../support/browser.ts";
import { lowContrastTexts } from "../support/contrast.ts";
import {
  agentView,
  atRiskView,
  bandSetView,
  calmExplanation,
  correctedAgentView,
  explanation,
  HEALTH_VIEWS,
  healthyView,
  lostView,
  OWN_CORRECTION,
  viewOfAnEarlierServer,
} from "../support/health-views.ts";
import {
  APP_SECRET,
  type ApiAnswer,
  openZendeskStage,
  type Sidebar,
  type SidebarOptions,
  type ZendeskStage,
} from "../support/zendesk-page.ts";

/** What fits above the fold of Zendesk's sidebar. */
const MAX_COLLAPSED_PX = 200;
const TICKET = { "ticket.id": 901, "ticket.organization.id": 77, "ticket.requester.id": 31 };

let folder: string;
let browser: Browser;
let stage: ZendeskStage;
let sidebar: Sidebar;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bellwether-zendesk-"));
  await buildApp(folder, { apiUrl: null, isPublic: false });
  browser = await openBrowser();
  stage = await openZendeskStage(browser, join(folder, "assets"));
});
afterEach(async () => {
  await sidebar?.close();
});
afterAll(async () => {
  await stage?.close();
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

const json = (body: unknown, status = 200): ApiAnswer => ({
  status,
  contentType: status < 400 ? "application/json" : "application/problem+json",
  body: JSON.stringify(body),
});
const notFound = json(
  {
    type: "/problems/not_found",
    title: "Not Found",
    status: 404,
    code: "not_found",
    detail: "account",
    requestId: "r",
  },
  404,
);

const refusal = (status: number, detail: string): ApiAnswer =>
  json({ type: "/problems/x", title: "X", status, code: "x", detail, requestId: "r" }, status);
const isExplain = (url: URL): boolean => url.pathname.endsWith("/explain");

async function open(options: SidebarOptions): Promise<Sidebar> {
  sidebar = await stage.open({ data: TICKET, ...options });
  return sidebar;
}
const openWith = (view: AccountHealthView, options: SidebarOptions = {}): Promise<Sidebar> =>
  open({ answer: () => json(view), ...options });
const expander = () => sidebar.app.getByRole("button", { name: /details/ });
const contentHeight = () =>
  sidebar.app.locator("main").evaluate((main) => main.getBoundingClientRect().height);
/** Only what is drawn, with its line breaks. */
// biome-ignore lint/performance/useDomNodeTextContent: a text that is not drawn must not count as shown
const shownText = () => sidebar.app.locator("main").innerText();
const titles = () =>
  sidebar.app
    .locator("[title]")
    .evaluateAll((all) => all.map((element) => element.getAttribute("title")).join(" "));
const lastHeight = async () => (await sidebar.heights()).at(-1);

describe("what an agent sees at once", () => {
  it.each(Object.entries(HEALTH_VIEWS))("is at most 200 px high at 320 px: %s", async (_, view) => {
    await openWith(view);
    await expander().waitFor();
    expect(await contentHeight()).toBeLessThanOrEqual(MAX_COLLAPSED_PX);
    await expect.poll(lastHeight).toBe(Math.ceil(await contentHeight()));
    expect(sidebar.complaints).toEqual([]);
  });

  it("says in words that the customer is at risk, what to do, and the three main reasons", async () => {
    await openWith(agentView);
    await expander().waitFor();
    const text = await shownText();
    expect(text).toContain("49");
    expect(text).toContain("Red");
    expect(text).toContain("At risk");
    expect(text).toContain("−22.4 in 30 days");
    expect(text).toContain(agentView.nextStep);
    for (const reason of agentView.reasons.slice(0, 3)) expect(text).toContain(reason.sentence);
    expect(text).toContain("72% of data · medium confidence");
  });

  it("shows no number without enough data, and says what would help", async () => {
    await openWith(HEALTH_VIEWS.notEnoughData);
    await expander().click();
    const text = await shownText();
    expect(text).toContain("Not enough data");
    expect(text).toContain("Connect Zendesk, or use HubSpot tickets.");
    expect(await sidebar.app.getByText(/Health score/).count()).toBe(0);
  });

  it("stays within its frame and its height whatever the sentences", async () => {
    const long = `${"Überlange-Wörter🐑".repeat(40)} ${"and more ".repeat(1_200)}`;
    await openWith({
      ...atRiskView,
      account: { ...atRiskView.account, name: long },
      nextStep: long,
      reasons: atRiskView.reasons.map((reason) => ({ ...reason, sentence: long })),
    });
    await expander().waitFor();
    expect(await contentHeight()).toBeLessThanOrEqual(MAX_COLLAPSED_PX);
    await expander().click();
    const overflow = () =>
      sidebar.app.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    await expect.poll(overflow).toBe(0);
  });

  it("keeps the place free while loading, so that nothing jumps", async () => {
    await open({ answer: () => "never" });
    await sidebar.app.getByText("Loading customer health").waitFor();
    const waiting = await contentHeight();
    await sidebar.close();
    await openWith(atRiskView);
    await expander().waitFor();
    expect(Math.abs(waiting - (await contentHeight()))).toBeLessThanOrEqual(4);
  });
});

describe("the details", () => {
  it("open and close by keyboard, and the frame follows the content", async () => {
    await openWith(atRiskView);
    await expander().waitFor();
    const closed = await contentHeight();
    await expander().focus();
    await sidebar.page.keyboard.press("Enter");
    await sidebar.app.getByText("80% interval 19% to 52%").waitFor();
    expect(await expander().getAttribute("aria-expanded")).toBe("true");
    await expect.poll(async () => (await lastHeight()) === Math.ceil(await contentHeight())).toBe(true);
    expect(await contentHeight()).toBeGreaterThan(closed + 100);
    await sidebar.page.keyboard.press("Enter");
    await expect.poll(lastHeight).toBe(Math.ceil(closed));
    expect(sidebar.complaints).toEqual([]);
  });

  it("account for every point, what is missing and how fresh each source is", async () => {
    await openWith(atRiskView);
    await openEverything();
    const text = await shownText();
    for (const { label, sentence } of atRiskView.contributions) {
      expect(text).toContain(label);
      expect(text).toContain(sentence);
    }
    expect(text).toContain("8.1");
    expect(text).toContain("Map a HubSpot property that counts referrals.");
    expect(text).toContain("From expert estimates; not yet learned");
    expect(text).toContain("Calculated 20 Nov, 08:15 with scorecard default-1 and churn model prior-1");
    expect(text).toMatch(/Product usage\s+9 Nov, 23:00, out of date/);
  });

  it("hold no financial words in an agent's view", async () => {
    await openWith(agentView);
    await openEverything();
    const text = `${await sidebar.app.locator("body").textContent()} ${await titles()}`;
    expect(text).not.toMatch(/revenue|\bdeals?\b|invoice|price|contract|renewal value|\b[AM]RR\b|[$€£¥]/i);
  });

  it.each(["light", "dark"] as const)("can be read in the %s scheme", async (colorScheme) => {
    await open({ answer: ({ url }) => json(isExplain(url) ? explanation : correctedAgentView), colorScheme });
    await openEverything();
    await sidebar.app.getByRole("button", { name: "This is wrong…" }).click();
    await sidebar.app.getByRole("button", { name: "Save" }).click();
    await sidebar.app.getByText("Say in a few words what is wrong.").waitFor();
    expect(await sidebar.app.evaluate(lowContrastTexts)).toEqual([]);
  });
});

describe("why, and since when", () => {
  const openSection = () => sidebar.app.getByRole("button", { name: "Why, and since when" }).click();

  it("is asked for only when it is opened, about the same ticket", async () => {
    await open({ answer: ({ url }) => json(isExplain(url) ? explanation : agentView) });
    await expander().click();
    await sidebar.page.waitForTimeout(300);
    expect(sidebar.calls).toHaveLength(1);
    await openSection();
    await sidebar.app.getByText("−11.9 points between 21 Oct and 20 Nov").waitFor();
    const text = await shownText();
    for (const item of explanation.items) expect(text).toContain(item.sentence);
    expect(text).toContain("since 18 Nov");
    expect(await sidebar.app.getByRole("link", { name: "Ticket 4711" }).first().getAttribute("href")).toBe(
      "https://larkspur-support.zendesk.com/agent/tickets/4711",
    );
    const asked = sidebar.calls.at(-1)?.url.searchParams;
    expect(asked?.get("ticketId")).toBe("901");
    expect(Date.parse(asked?.get("to") ?? "") - Date.parse(asked?.get("from") ?? "")).toBe(30 * 86_400_000);
  });

  it("compares any two days, and says that nothing moved", async () => {
    await open({ answer: ({ url }) => json(isExplain(url) ? calmExplanation : agentView) });
    await expander().click();
    await openSection();
    await sidebar.app.getByText("Nothing moved between 21 Oct and 20 Nov.").waitFor();
    await sidebar.app.getByLabel("What changed since").selectOption("Other dates");
    await sidebar.app.getByLabel("From").fill("2025-03-09");
    await sidebar.app.getByLabel("To", { exact: true }).fill("2025-03-03");
    await sidebar.app.getByText("The first day has to be before the last").waitFor();
    await sidebar.app.getByLabel("From").fill("2025-03-01");
    await expect
      .poll(() => sidebar.calls.at(-1)?.url.searchParams.get("from"))
      .toBe("2025-03-01T00:00:00.000Z");
    expect(sidebar.calls.at(-1)?.url.searchParams.get("to")).toBe("2025-03-03T23:59:59.999Z");
  });

  it("tells of trouble in words, and asks again", async () => {
    let isAway = true;
    await open({
      answer: ({ url }) =>
        isExplain(url)
          ? isAway
            ? refusal(503, "The database is away.")
            : json(explanation)
          : json(agentView),
    });
    await expander().click();
    await openSection();
    await sidebar.app.getByText("The database is away.").waitFor();
    isAway = false;
    await sidebar.app.getByRole("button", { name: "Try again" }).click();
    await sidebar.app.getByText("−11.9 points", { exact: false }).waitFor();
  });
});

describe("a correction", () => {
  const openForm = async () => {
    await expander().click();
    await sidebar.app.getByRole("button", { name: "Is something wrong?" }).click();
    await sidebar.app.getByRole("button", { name: "This is wrong…" }).click();
  };
  const correctedBy = ({ url }: { url: URL }): ApiAnswer => {
    if (url.pathname.endsWith("/withdraw")) return json({ health: agentView });
    if (url.pathname.endsWith("/corrections"))
      return json(
        { correction: OWN_CORRECTION, health: { ...correctedAgentView, account: agentView.account } },
        201,
      );
    return json(agentView);
  };

  it("is written with the keyboard, shown at once, and taken back", async () => {
    await open({ answer: correctedBy });
    await openForm();
    await sidebar.app.getByLabel("Because…").focus();
    await sidebar.page.keyboard.type("Half of their users moved to the app.");
    await sidebar.page.keyboard.press("Tab");
    await sidebar.page.keyboard.type("Call of 12 November");
    await sidebar.page.keyboard.press("Enter");
    await sidebar.app.getByText("Health score: too low, says Robin Sato").waitFor();
    expect(sidebar.calls.at(-1)).toMatchObject({
      method: "POST",
      body: {
        target: "score",
        direction: "too_low",
        reason: "Half of their users moved to the app.",
        evidence: "Call of 12 November",
        expiresInDays: 30,
        override: null,
      },
    });
    expect(sidebar.calls.at(-1)?.url.search).toBe("?ticketId=901");
    await sidebar.app.getByRole("button", { name: "Take back" }).click();
    await sidebar.app.getByText("Health score: too low, says Robin Sato").waitFor({ state: "detached" });
    expect(sidebar.calls.at(-1)?.url.pathname).toBe(`/api/zendesk/corrections/${OWN_CORRECTION.id}/withdraw`);
    expect(sidebar.complaints).toEqual([]);
  });

  it("offers no override, and says that the name is not proven", async () => {
    await open({ answer: correctedBy });
    await openForm();
    const text = await shownText();
    expect(text).toContain("Zendesk does not prove to Bellwether who writes");
    expect(text).not.toMatch(/Set the band|Add points/);
  });

  it("says what is missing before anything is sent", async () => {
    await open({ answer: correctedBy });
    await openForm();
    await sidebar.app.getByLabel("Holds for how many days?").fill("900");
    await sidebar.app.getByRole("button", { name: "Save" }).click();
    await sidebar.app.getByText("Say in a few words what is wrong.").waitFor();
    await sidebar.app.getByText("Choose 1 to 365 whole days.").waitFor();
    expect(sidebar.calls).toHaveLength(1);
  });

  it("that the server refuses stays in the form, with its reason", async () => {
    await open({
      answer: ({ method }) =>
        method === "POST" ? refusal(409, "This measure is not counted any more.") : json(agentView),
    });
    await openForm();
    await sidebar.app.getByLabel("Because…").fill("It is wrong.");
    await sidebar.app.getByRole("button", { name: "Save" }).click();
    await sidebar.app.getByText("This measure is not counted any more.").waitFor();
    expect(await sidebar.app.getByLabel("Because…").inputValue()).toBe("It is wrong.");
  });
});

describe("what stands over the calculation", () => {
  it("is said in the summary and, opened, with what was calculated", async () => {
    await openWith(bandSetView);
    await expander().waitFor();
    expect(await shownText()).toContain("Set by a person");
    await expander().click();
    await sidebar.app.getByText("Set to green until 18 Dec").waitFor();
    expect(await shownText()).toContain("Calculated: 61.5, yellow.");
  });

  it("of a lost customer is that day, without a risk that is over", async () => {
    await openWith(lostView);
    await expander().click();
    const text = await shownText();
    expect(text).toContain("Lost on 20 Nov");
    expect(text).not.toContain("At risk");
  });

  it.each(Object.values(HEALTH_VIEWS))(
    "is left out for a server of an earlier version ($account.name)",
    async (view) => {
      await open({ answer: () => json(viewOfAnEarlierServer(view)) });
      await expander().click();
      expect(await shownText()).not.toMatch(/undefined|This is wrong|Is something wrong/);
      expect(sidebar.complaints).toEqual([]);
    },
  );

  it("draws the trend with words for those who do not see it", async () => {
    await openWith(atRiskView);
    await expander().click();
    await sidebar.app
      .getByRole("img", { name: "Health score over time: 71.4 on 23 Oct, 49 on 20 Nov" })
      .waitFor();
  });
});

describe("the call to the server", () => {
  it("asks for the ticket with a token that the proxy signed for this Zendesk account", async () => {
    await openWith(healthyView);
    await expander().waitFor();
    expect(sidebar.calls).toHaveLength(1);
    const [call] = sidebar.calls;
    expect(call?.url.href).toMatch(/\/api\/zendesk\/account-health\?ticketId=901$/);
    const [header, payload, signature] = call?.authorization.replace("Bearer ", "").split(".") ?? [];
    const expected = createHmac("sha256", APP_SECRET).update(`${header}.${payload}`).digest("base64url");
    expect(signature).toBe(expected);
    const claims = JSON.parse(Buffer.from(payload ?? "", "base64url").toString());
    expect(claims).toMatchObject({ iss: "larkspur-support", aud: "bellwether", sub: "501" });
    expect(claims.exp - claims.iat).toBe(300);
  });

  it("leaves the secret out of everything that the browser sends", async () => {
    await openWith(healthyView);
    await expander().waitFor();
    expect(JSON.stringify(await sidebar.messages())).not.toContain(APP_SECRET);
  });

  it("understands an answer that arrives as text", async () => {
    await open({
      answer: () => ({ status: 200, contentType: "text/plain", body: JSON.stringify(healthyView) }),
    });
    await sidebar.app.getByText("84.3", { exact: true }).waitFor();
  });

  it.each([
    ["user_sidebar", { "user.id": 31 }, "?userId=31"],
    ["organization_sidebar", { "organization.id": 77 }, "?organizationId=77"],
  ])("asks for the record of the %s", async (location, data, search) => {
    await openWith(healthyView, { location, data });
    await expander().waitFor();
    expect(sidebar.calls.map((call) => call.url.search)).toEqual([search]);
  });

  it("asks for the organization, then the person, when the ticket is not known yet", async () => {
    await open({ answer: ({ url }) => (url.searchParams.has("userId") ? json(healthyView) : notFound) });
    await expander().waitFor();
    expect(sidebar.calls.map((call) => call.url.search)).toEqual([
      "?ticketId=901",
      "?organizationId=77",
      "?userId=31",
    ]);
  });
});

describe("another requester", () => {
  it("is asked for by organization, and the former customer's late answer is dropped", async () => {
    let answerFormer: (answer: ApiAnswer) => void = () => undefined;
    const former = new Promise<ApiAnswer>((resolve) => {
      answerFormer = resolve;
    });
    await open({ answer: ({ url }) => (url.searchParams.has("ticketId") ? former : json(healthyView)) });
    await expect.poll(() => sidebar.calls.length).toBe(1);
    await sidebar.change("ticket.organization.id", 78);
    await sidebar.change("ticket.requester.id", 32);
    await sidebar.app.getByText("84.3", { exact: true }).waitFor();
    answerFormer(json(atRiskView));
    await sidebar.page.waitForTimeout(300);
    expect(await shownText()).not.toContain("At risk");
    expect(sidebar.calls.map((call) => call.url.search)).toEqual(["?ticketId=901", "?organizationId=78"]);
  });

  it("is read again when someone else saved the ticket", async () => {
    let view: AccountHealthView = healthyView;
    await open({ answer: () => json(view) });
    await expander().waitFor();
    view = atRiskView;
    await sidebar.fire("ticket.updated");
    await sidebar.app.getByText("At risk", { exact: true }).waitFor({ timeout: 5_000 });
  });
});

describe("a hidden tab", () => {
  it("gives up what is under way and takes it up again when it returns", async () => {
    let answer: ApiAnswer = "never";
    await open({ answer: () => answer });
    await expect.poll(() => sidebar.calls.length).toBe(1);
    await sidebar.fire("app.deactivated");
    answer = json(healthyView);
    await sidebar.page.waitForTimeout(300);
    expect(sidebar.calls).toHaveLength(1);
    await sidebar.fire("app.activated");
    await expander().waitFor();
    expect(sidebar.calls).toHaveLength(2);
  });

  it("reads nothing new when it returns within a minute", async () => {
    await openWith(healthyView);
    await expander().waitFor();
    await sidebar.fire("app.deactivated");
    await sidebar.fire("app.activated");
    await sidebar.page.waitForTimeout(300);
    expect(sidebar.calls).toHaveLength(1);
  });

  it("asks for nothing any more once Zendesk takes the app away", async () => {
    await openWith(healthyView);
    await expander().waitFor();
    await sidebar.fire("ticket.updated"); // would be read again after 2 s
    await sidebar.fire("app.willDestroy");
    await sidebar.page.waitForTimeout(3_000);
    expect(sidebar.calls).toHaveLength(1);
  });
});

describe("trouble", () => {
  it("with the server is named, and trying again helps", async () => {
    let answer: ApiAnswer = json({}, 503);
    await open({ answer: () => answer });
    await sidebar.app.getByText("The Bellwether server cannot be reached right now.").waitFor();
    expect(await contentHeight()).toBeLessThanOrEqual(MAX_COLLAPSED_PX);
    answer = json(healthyView);
    await sidebar.app.getByRole("button", { name: "Try again" }).click();
    await sidebar.app.getByText("84.3", { exact: true }).waitFor();
  });

  it.each<[string, ApiAnswer, RegExp]>([
    ["a wrong secret", json({}, 401), /did not accept this app's secret/],
    [
      "another server's 404",
      { status: 404, contentType: "text/html", body: "<h1>404</h1>" },
      /address in this app's settings/,
    ],
    ["an answer of another version", json({ ...healthyView, status: "great" }), /was not understood/],
    ["half an answer", { status: 200, contentType: "text/plain", body: '{"account":' }, /was not understood/],
  ])("of its own kind is told apart: %s", async (_, answer, sentence) => {
    await open({ answer: () => answer });
    await sidebar.app.getByText(sentence).waitFor();
    expect(sidebar.complaints).toEqual([]);
  });

  it("does not hide behind an unknown customer, who is no trouble", async () => {
    await open({ answer: () => notFound });
    await sidebar.app.getByText("No customer found").waitFor();
    expect(await sidebar.app.getByRole("alert").count()).toBe(0);
    expect(await contentHeight()).toBeLessThanOrEqual(MAX_COLLAPSED_PX);
  });

  it("with the settings is named before anything is sent", async () => {
    await open({ settings: { api_url: "bellwether" } });
    await sidebar.app.getByText(/address in this app's settings/).waitFor();
    expect(sidebar.calls).toEqual([]);
  });

  it("of a host that never answers a read ends in words, not in waiting", async () => {
    await openWith(healthyView, { silentAt: "get" });
    await sidebar.app.getByText("Zendesk did not answer.", { exact: false }).waitFor({ timeout: 12_000 });
    expect(sidebar.complaints).toEqual([]);
  });

  it("of a host that never registers the app ends in words, not in waiting", async () => {
    await openWith(healthyView, { silentAt: "handshake" });
    await sidebar.app.getByText("Zendesk did not answer.", { exact: false }).waitFor({ timeout: 15_000 });
    expect(sidebar.complaints).toEqual([]);
  });

  it("of a host that never resizes the frame costs nothing but the height", async () => {
    await openWith(healthyView, { silentAt: "invoke" });
    await expander().click();
    await sidebar.page.waitForTimeout(5_500); // the SDK gives up after 5 s
    expect(sidebar.complaints).toEqual([]);
  });

  it("is told when the page is opened outside of Zendesk", async () => {
    await open({ isAlone: true });
    await sidebar.app.getByText("This page is a Zendesk app.", { exact: false }).waitFor();
    expect(sidebar.complaints).toEqual([]);
  });

  it("is told when Zendesk's script is blocked", async () => {
    await open({ isSdkBlocked: true });
    await sidebar.app.getByText("script for apps did not load", { exact: false }).waitFor();
  });

  it("is told in a place that the app has nothing for", async () => {
    await open({ location: "nav_bar" });
    await sidebar.app.getByText("This app has nothing to show in this place.").waitFor();
  });
});

/** Opens the details and every section in them. */
async function openEverything(): Promise<void> {
  await expander().click();
  for (const section of await sidebar.app
    .locator("[data-garden-id='accordions.header'] button, [data-garden-id='accordions.button']")
    .all()) {
    if ((await section.getAttribute("aria-expanded")) === "false") await section.click();
  }
}
