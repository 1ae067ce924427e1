import { Accordion, Alert, Button, DateInput, Link, ToggleGroup } from "@hubspot/ui-extensions";
import { expect, it } from "vitest";
import {
  atRiskView,
  calmExplanation,
  explanation,
  healthyView,
  newCustomerView,
  noWayUpView,
  unscoredExplanation,
} from "../../tests/support/health-views.ts";
import { HealthCard } from "../src/app/cards/HealthCard.tsx";
import { type CardHost, cardHost, problemAnswer, textOf } from "./support/card-host.ts";
import { answer, fakeRoutes } from "./support/routes.ts";

const DAY_MS = 86_400_000;
const health = { "account-health": answer(atRiskView) };

async function shown(context: Parameters<typeof cardHost>[1] = {}): Promise<CardHost> {
  const host = cardHost("crm.record.tab", context);
  host.renderer.render(<HealthCard {...host.props} />);
  await host.renderer.waitFor(() => host.renderer.find(Button, { testId: "refresh" }));
  return host;
}
const open = (host: CardHost) =>
  host.renderer.find(Accordion, { title: "Why, and since when" }).trigger("onClick");
const choose = (host: CardHost, period: string) =>
  (host.renderer.find(ToggleGroup, { name: "period" }).props.onChange as (value: string) => void)(period);

it("asks for nothing before somebody wants to know, then for 30 days", async () => {
  const { calls } = fakeRoutes({ ...health, explain: answer(explanation) });
  const host = await shown();
  expect(calls.map(({ path }) => path)).toEqual(["account-health"]);
  open(host);
  await host.renderer.waitFor(() => expect(textOf(host)).toContain("−11.9 points between 21 Oct 2026"));
  const query = calls.at(-1)?.query;
  const days = (Date.parse(query?.get("to") ?? "") - Date.parse(query?.get("from") ?? "")) / DAY_MS;
  expect(days).toBeCloseTo(30, 6);
});

it("lists what moved with points, since when, the evidence and notes", async () => {
  fakeRoutes({ ...health, explain: answer(explanation) });
  const host = await shown();
  open(host);
  await host.renderer.waitFor(() => expect(textOf(host)).toContain("Since 6 Nov 2026"));
  const text = textOf(host);
  for (const item of explanation.items) expect(text).toContain(item.sentence);
  expect(text).toContain("21 Oct 2026: 71.4, yellow; 20 Nov 2026: 49, red.");
  expect(text).toContain(explanation.notes[0]);
  expect(text).toContain("Ticket 31 in HubSpot");
  expect(host.renderer.findAll(Link).map((link) => link.text)).not.toContain("Ticket 31 in HubSpot");
  expect(host.renderer.findAll(Link).map((link) => link.text)).toContain("Ticket 4711");
});

it.each([
  ["nothing moved", calmExplanation, "Nothing moved between 21 Oct 2026 and 20 Nov 2026"],
  ["there was no score", unscoredExplanation, "There was no score on 21 Oct 2026 to compare with"],
])("says that %s", async (_name, given, sentence) => {
  fakeRoutes({ ...health, explain: answer(given) });
  const host = await shown();
  open(host);
  await host.renderer.waitFor(() => expect(textOf(host)).toContain(sentence));
});

it("says what went wrong, and asks for the same days again", async () => {
  let isAway = true;
  const { calls } = fakeRoutes({
    ...health,
    explain: () =>
      isAway ? problemAnswer(503, "unavailable", "The database is away.")() : answer(explanation)(),
  });
  const host = await shown();
  open(host);
  await host.renderer.waitFor(() => host.renderer.find(Alert, { variant: "warning" }));
  expect(textOf(host)).toContain("The database is away.");
  isAway = false;
  host.renderer.find(Button, { testId: "retry-explanation" }).trigger("onClick");
  await host.renderer.waitFor(() => expect(textOf(host)).toContain("Since 6 Nov 2026"));
  expect(calls.at(-1)?.query.toString()).toBe(calls.at(-2)?.query.toString());
});

it("does not take an answer of something else for an explanation", async () => {
  fakeRoutes({ ...health, explain: answer({ hello: "world" }) });
  const host = await shown();
  open(host);
  await host.renderer.waitFor(() => expect(textOf(host)).toContain("card and server are of different"));
});

it("shows the answer for the period chosen last, however late another one comes", async () => {
  const slow = Promise.withResolvers<Response>();
  let turn = 0;
  fakeRoutes({
    ...health,
    explain: () => {
      turn += 1;
      return turn === 1 ? slow.promise : answer(calmExplanation)();
    },
  });
  const host = await shown();
  open(host);
  choose(host, "7");
  await host.renderer.waitFor(() => expect(textOf(host)).toContain("Nothing moved"));
  slow.resolve(answer(explanation)());
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(textOf(host)).toContain("Nothing moved");
});

it("compares two days of the portal's calendar, both of them whole", async () => {
  const { calls } = fakeRoutes({ ...health, explain: answer(explanation) });
  const host = await shown({ portal: { id: 1, timezone: "Asia/Tokyo" } });
  open(host);
  choose(host, "dates");
  await host.renderer.waitFor(() => host.renderer.find(DateInput, { name: "from" }));
  host.renderer.find(DateInput, { name: "from" }).props.onChange?.({ year: 2025, month: 2, date: 3 });
  host.renderer.find(DateInput, { name: "to" }).props.onChange?.({ year: 2025, month: 2, date: 9 });
  await host.renderer.waitFor(() =>
    expect(host.renderer.find(DateInput, { name: "to" }).props.value).toMatchObject({ date: 9 }),
  );
  host.renderer.find(Button, { testId: "show-dates" }).trigger("onClick");
  await host.renderer.waitFor(() => expect(calls.at(-1)?.query.get("from")).toBe("2025-03-02T15:00:00.000Z"));
  expect(calls.at(-1)?.query.get("to")).toBe("2025-03-09T15:00:00.000Z");
});

it("does not compare days in the wrong order", async () => {
  fakeRoutes({ ...health, explain: answer(explanation) });
  const host = await shown();
  open(host);
  choose(host, "dates");
  await host.renderer.waitFor(() => host.renderer.find(DateInput, { name: "to" }));
  host.renderer.find(DateInput, { name: "to" }).props.onChange?.({ year: 2020, month: 0, date: 1 });
  await host.renderer.waitFor(() =>
    expect(textOf(host)).toContain("The first day has to be before the last."),
  );
  expect(host.renderer.find(Button, { testId: "show-dates" }).props.disabled).toBe(true);
});

it("says what would reach the next band, as alternatives, and why where nothing does", async () => {
  fakeRoutes({ "account-health": answer(newCustomerView) });
  const text = textOf(await shown());
  expect(text).toContain("What would bring it to green");
  expect(text).toContain("It takes 13.5 more points to reach 75.");
  expect(text).toContain("Or, together +14 points");
  expect(text).toContain("Bring 2 more people to use their seat.");
  fakeRoutes({ "account-health": answer(noWayUpView) });
  expect(textOf(await shown())).toContain("Nothing that people usually change within 30 days");
  fakeRoutes({ "account-health": answer(healthyView) });
  expect(textOf(await shown())).not.toContain("What would bring it");
});

it("names warning signs with what was seen and since when", async () => {
  fakeRoutes(health);
  const text = textOf(await shown());
  expect(text).toContain("Declining usage, since 6 Nov 2026");
  expect(text).toContain("no reply for 12 days");
});
