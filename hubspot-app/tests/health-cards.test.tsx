import type { AccountHealthView } from "@bellwether/shared";
import {
  Alert,
  Button,
  EmptyState,
  ErrorState,
  LineChart,
  Link,
  LoadingSpinner,
  ScoreCircle,
  Table,
  Tag,
  Text,
} from "@hubspot/ui-extensions";
import { describe, expect, it } from "vitest";
import {
  agentView,
  atRiskView,
  HEALTH_VIEWS,
  healthyView,
  newCustomerView,
  notEnoughDataView,
  pendingView,
} from "../../tests/support/health-views.ts";
import { HealthCard } from "../src/app/cards/HealthCard.tsx";
import { HealthSidebarCard } from "../src/app/cards/HealthSidebarCard.tsx";
import {
  type CardHost,
  cardHost,
  fakeFetch,
  problemAnswer,
  textOf,
  viewAnswer,
} from "./support/card-host.ts";

const PLACES = [
  { location: "crm.record.tab", Card: HealthCard },
  { location: "crm.record.sidebar", Card: HealthSidebarCard },
  { location: "helpdesk.sidebar", Card: HealthSidebarCard },
] as const;
type Place = (typeof PLACES)[number];

const TICKET = { crm: { objectId: 31, objectTypeId: "0-5" } };

async function shown(
  { location, Card }: Place,
  view: AccountHealthView,
  context: Parameters<typeof cardHost>[1] = {},
): Promise<CardHost> {
  fakeFetch(viewAnswer(view));
  const host = cardHost(location, context);
  host.renderer.render(<Card {...host.props} />);
  await host.renderer.waitFor(() => host.renderer.find(Button, { testId: "refresh" }));
  return host;
}

const tags = (host: CardHost): (string | null)[] => host.renderer.findAll(Tag).map((tag) => tag.text);

describe.each(PLACES)("the card in $location", (place) => {
  it("says that it is loading until the answer is there", () => {
    fakeFetch(() => new Promise(() => undefined));
    const host = cardHost(place.location);
    host.renderer.render(<place.Card {...host.props} />);
    expect(host.renderer.find(LoadingSpinner).props.label).toBe("Loading customer health");
  });

  it("shows score, band, segment, trend and confidence of a healthy customer, and no alarm", async () => {
    const host = await shown(place, healthyView);
    expect(host.renderer.find(ScoreCircle).props.score).toBe(84.3);
    expect(tags(host).slice(0, 2)).toEqual(["Green", "Established customer"]);
    expect(host.renderer.maybeFind(Alert)).toBeNull();
    expect(textOf(host)).toContain("Up 8.1 points in 30 days");
    expect(textOf(host)).toContain("High confidence: 8 of 8 measures have data (100% by weight)");
  });

  it("says first that a customer is at risk, why, and what to do", async () => {
    const host = await shown(place, atRiskView);
    const text = textOf(host);
    const inOrder = [
      "At risk since 18 Nov 2026",
      ...atRiskView.atRisk.sentences,
      atRiskView.nextStep,
      "Why the score is 49",
      "9 logins in 30 days, 0.5 per seat.",
    ];
    const positions = inOrder.map((part) => text.indexOf(part));
    expect(positions).not.toContain(-1);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(tags(host).slice(0, 5)).toEqual(["Red", "At risk", "Established customer", "−9", "−8"]);
  });

  it("names the cap in force and the score without it", async () => {
    const text = textOf(await shown(place, atRiskView));
    expect(text).toContain("so the score is held at 49 at most.");
    expect(text).toContain("The signals alone would give 59.5.");
  });

  it("does not repeat a cap that the alert has already told, and says when one ends", async () => {
    const [cap] = atRiskView.caps;
    if (!cap) throw new Error("the example has a cap");
    const told = { ...atRiskView, atRisk: { ...atRiskView.atRisk, sentences: [cap.sentence] } };
    expect(textOf(await shown(place, told)).split(cap.sentence)).toHaveLength(2);
    const ending = { ...atRiskView, caps: [{ ...cap, expiresAt: "2026-12-03T00:00:00.000Z" }] };
    expect(textOf(await shown(place, ending))).toContain("This ends on 3 Dec 2026.");
  });

  it("gives churn risk as a percentage with its interval and what it rests on", async () => {
    const text = textOf(await shown(place, atRiskView));
    expect(text).toContain("34% within 90 days");
    expect(text).toContain("80% interval: 19% to 52%");
    expect(text).toContain("not yet learned from your own renewals and losses");
    expect(textOf(await shown(place, newCustomerView))).toContain("Learned from 64 renewals and losses");
  });

  it("shows what changed since last week and, with nothing to compare with, leaves that out", async () => {
    const text = textOf(await shown(place, atRiskView));
    expect(text).toContain("−14.1 points since 13 Nov 2026");
    expect(text).toContain("Logins fell from 24 to 9.");
    const fresh = textOf(await shown(place, newCustomerView));
    expect(fresh).not.toContain("points since");
    expect(fresh).toContain("No score from 30 days ago to compare with");
  });

  it("shows the largest of many changes, and the others as one that makes the sum right", async () => {
    const items = [0.5, -3, 2, -0.2, 1, 4, -0.1].map((points, i) => ({
      points,
      measure: `measure_${i}`,
      sentence: `Change ${i}.`,
    }));
    const changes = { since: "2026-11-13T08:15:00.000Z", points: 4.2, items };
    const text = textOf(await shown(place, { ...healthyView, changes }));
    expect(text.match(/Change \d/g)).toEqual(["Change 5", "Change 1", "Change 2", "Change 4"]);
    expect(text).toMatch(/\+0\.2[\s\S]*3 smaller changes together\./);
  });

  it("says that nothing has changed when nothing has", async () => {
    const calm = { ...healthyView, changes: { since: "2026-11-13T08:15:00.000Z", points: 0, items: [] } };
    expect(textOf(await shown(place, calm))).toContain("Nothing has changed since 13 Nov 2026.");
  });

  it("names missing data with its remedy and the source that is out of date", async () => {
    const text = textOf(await shown(place, atRiskView));
    expect(text).toContain("Map a HubSpot property that counts referrals.");
    expect(text).toContain("out of date: Product usage");
    expect(text).toContain("which is more than 3 days ago");
  });

  it("says when and with which scorecard it was calculated, in the portal's time zone", async () => {
    const host = await shown(place, healthyView, { portal: { id: 1, timezone: "Asia/Tokyo" } });
    expect(textOf(host)).toContain(
      "Calculated 20 Nov 2026, 17:15 with scorecard default-1 and churn model prior-1",
    );
  });

  it("shows no number without enough data, but what to connect", async () => {
    const host = await shown(place, notEnoughDataView);
    const text = textOf(host);
    expect(host.renderer.maybeFind(ScoreCircle)).toBeNull();
    expect(text).toContain("Not enough data for a score");
    expect(text).toContain("Only 18% of what the scorecard asks for is known about Saltmarsh Foods");
    for (const { remedy } of notEnoughDataView.missing) expect(text).toContain(remedy);
    expect(text).toContain(notEnoughDataView.nextStep);
  });

  it("still warns of a risk that is known without a score", async () => {
    const atRisk = { isAtRisk: true, since: null, sentences: ["The customer gave notice."] };
    const host = await shown(place, { ...notEnoughDataView, atRisk });
    expect(host.renderer.find(Alert, { variant: "danger" }).toString()).toContain(
      "The customer gave notice.",
    );
  });

  it("says that the history is still being read while the account is pending", async () => {
    const host = await shown(place, pendingView);
    expect(host.renderer.find(EmptyState).props.title).toBe("The history is still being read");
    expect(host.renderer.maybeFind(ScoreCircle)).toBeNull();
    expect(textOf(host)).not.toContain("Calculated");
  });

  it("shows an agent what there is, without a sum that does not add up", async () => {
    const text = textOf(await shown(place, agentView));
    expect(text).toContain("Answer the urgent ticket first");
    expect(text).not.toContain("expansion");
    expect(text).not.toContain("Sum of the signals");
  });

  it("names and links the customer on other records than its own company", async () => {
    const onTicket = await shown(place, atRiskView, TICKET);
    expect(onTicket.renderer.findAll(Link)[0]?.text).toBe("Brightwater Logistics");
    const onCompany = await shown(place, { ...atRiskView, nextStep: "Call today." });
    expect(textOf(onCompany)).not.toContain("Brightwater Logistics");
    const unlinked = await shown(place, newCustomerView, TICKET);
    expect(unlinked.renderer.maybeFind(Link)).toBeNull();
    expect(textOf(unlinked)).toContain("Quillfeather Studio");
  });

  it("explains how a record comes to a customer when none belongs to it", async () => {
    for (const [context, hint] of [
      [{}, "set its lifecycle stage to Customer"],
      [TICKET, "Associate it with a company"],
    ] as const) {
      fakeFetch(problemAnswer(404, "not_found", "No account belongs to this record."));
      const host = cardHost(place.location, context);
      host.renderer.render(<place.Card {...host.props} />);
      await host.renderer.waitFor(() => expect(host.renderer.find(EmptyState).toString()).toContain(hint));
    }
  });

  it("shows what went wrong with the request's id, and loads on another try", async () => {
    fakeFetch(problemAnswer(503, "unavailable", "The database is away."), viewAnswer(healthyView));
    const host = cardHost(place.location);
    host.renderer.render(<place.Card {...host.props} />);
    await host.renderer.waitFor(() => host.renderer.find(ErrorState));
    const told = host.renderer.find(ErrorState).findAll(Text);
    expect(told.map((text) => text.text)).toEqual(["The database is away.", "Request r_9f"]);
    host.renderer.find(Button, { testId: "retry" }).trigger("onClick");
    await host.renderer.waitFor(() => host.renderer.find(ScoreCircle));
  });

  it("refreshes itself and then the record's own properties", async () => {
    const fetched = fakeFetch(viewAnswer(healthyView), viewAnswer(atRiskView));
    const host = cardHost(place.location);
    host.renderer.render(<place.Card {...host.props} />);
    await host.renderer.waitFor(() => host.renderer.find(Button, { testId: "refresh" }));
    host.renderer.find(Button, { testId: "refresh" }).trigger("onClick");
    await host.renderer.waitFor(() => expect(host.renderer.find(ScoreCircle).props.score).toBe(49));
    await host.renderer.waitFor(() => expect(host.refreshObjectProperties).toHaveBeenCalledOnce());
    expect(fetched).toHaveBeenCalledTimes(2);
  });

  it("keeps the last known state when a refresh fails, and says so", async () => {
    fakeFetch(viewAnswer(healthyView), () => Promise.reject(new Error("proxy error 7")));
    const host = cardHost(place.location);
    host.renderer.render(<place.Card {...host.props} />);
    await host.renderer.waitFor(() => host.renderer.find(Button, { testId: "refresh" }));
    host.renderer.find(Button, { testId: "refresh" }).trigger("onClick");
    await host.renderer.waitFor(() => host.renderer.find(Alert, { variant: "warning" }));
    expect(host.renderer.find(ScoreCircle).props.score).toBe(84.3);
    expect(textOf(host)).not.toContain("proxy error 7");
  });

  it.each(Object.entries(HEALTH_VIEWS))("shows people no codes: %s", async (_name, view) => {
    const text = textOf(await shown(place, view, TICKET));
    expect(text).not.toMatch(/\b(not_enough_data|expert_prior|not_applicable|urgent_ticket|seats_in_use)\b/);
    expect(text).not.toMatch(/undefined|NaN|null/);
  });
});

describe("only the roomy card", () => {
  const tab = PLACES[0];

  it("draws the score over time, telling apart what was calculated later", async () => {
    const host = await shown(tab, atRiskView);
    const chart = host.renderer.find(LineChart);
    expect(chart.props.data).toHaveLength(9);
    expect(Object.keys(chart.props.axes.options?.colors ?? {})).toEqual([
      "Calculated later, from dated facts",
      "Calculated at the time",
      "Calculated at the time, from 20 Nov 2026",
      "Yellow from 50",
      "Green from 75",
    ]);
    expect(textOf(host)).toContain("No score on 13 Nov 2026: too little was known.");
  });

  it("draws one line without reconstructed points, and none through a single point", async () => {
    const plain = (await shown(tab, { ...healthyView, bandLines: null })).renderer.find(LineChart);
    expect(plain.props.axes.options).toBeUndefined();
    expect((await shown(tab, newCustomerView)).renderer.maybeFind(LineChart)).toBeNull();
  });

  it("lets anyone check how the score adds up", async () => {
    const table = (await shown(tab, newCustomerView)).renderer.find(Table).toString();
    for (const { label } of newCustomerView.contributions) expect(table).toContain(label);
    expect(table).toContain("24 of 40");
    expect(table).toContain("does not apply yet");
    expect(table).toContain("Sum of the signals");
  });

  it("leaves chart and table out of the sidebars", async () => {
    for (const place of PLACES.slice(1)) {
      const { renderer } = await shown(place, atRiskView);
      expect([renderer.maybeFind(LineChart), renderer.maybeFind(Table)]).toEqual([null, null]);
    }
  });
});
