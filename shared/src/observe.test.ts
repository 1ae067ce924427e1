import { describe, expect, it } from "vitest";
import { company, daysAgo, daysAgoText } from "../../tests/support/account-facts.ts";
import { chain, later, link, requester, ticket } from "../../tests/support/ticket-versions.ts";
import { profileValue } from "./account-state.ts";
import { foldAsOf, foldObservations } from "./fold-observations.ts";
import type { Observation } from "./observation.ts";
import { observation as observationSchema } from "./observation.ts";
import { observationsOf, observationsOfRemoval, observationsOfReturn } from "./observe.ts";
import type { FieldsOf, RecordRef, SourceRecord } from "./source-record.ts";

const contact = (updatedDays: number, fields: Partial<FieldsOf<"contact">> = {}): SourceRecord => ({
  ref: { platform: "hubspot", objectType: "contact", id: "11" },
  createdAt: daysAgoText(100),
  updatedAt: daysAgoText(updatedDays),
  links: [{ platform: "hubspot", objectType: "company", id: "1" }],
  fields: { kind: "contact", role: null, lastEngagedAt: null, isBounced: false, hasLeft: false, ...fields },
});
const deal = (updatedDays: number, fields: Partial<FieldsOf<"deal">> = {}): SourceRecord => ({
  ref: { platform: "hubspot", objectType: "deal", id: "31" },
  createdAt: daysAgoText(50),
  updatedAt: daysAgoText(updatedDays),
  links: [{ platform: "hubspot", objectType: "company", id: "1" }],
  fields: { kind: "deal", dealType: "expansion", status: "open", closedAt: null, ...fields },
});

/** `kind key at` of what was observed, with the status where there is one. */
const brief = (observations: readonly Observation[]): unknown[] =>
  observations.map((o) => [
    o.at,
    o.kind === "ticket" || o.kind === "deal" ? (o.value?.status ?? null) : o.value,
  ]);

describe("observations of a record", () => {
  it("says when a ticket was created, when it was solved, and how it stands now", () => {
    const solved = ticket(2, { status: "closed", solvedAt: daysAgoText(6) });
    expect(brief(observationsOf(null, solved))).toEqual([
      [daysAgoText(10), "open"],
      [daysAgoText(6), "solved"],
      [daysAgoText(2), "closed"],
    ]);
    expect(observationsOf(null, solved).every((o) => o.subject === "zendesk:organization:7")).toBe(true);
  });

  it("dates a later change of priority by the record's change, and a solution by its own date", () => {
    const first = ticket(9);
    const raised = ticket(8, { priority: "urgent" });
    const solved = ticket(4, { priority: "urgent", status: "solved", solvedAt: daysAgoText(5) });
    expect(observationsOf(first, raised).map((o) => o.at)).toEqual([daysAgoText(8)]);
    expect(observationsOf(raised, solved).map((o) => o.at)).toEqual([daysAgoText(5)]);
  });

  it("lets a solution with an old date win against the reopening that came after it", () => {
    const versions = [
      ticket(7, { status: "solved", solvedAt: daysAgoText(7) }),
      ticket(6),
      ticket(5, { status: "solved", solvedAt: daysAgoText(7) }),
    ];
    expect(foldObservations(chain(versions)).tickets[0]?.value?.status).toBe("solved");
  });

  it("says nothing when the content is the same, however new the version is", () => {
    expect(observationsOf(ticket(5), ticket(1))).toEqual([]);
    const known = company(daysAgoText(3), { usage: { seats: 20 } });
    expect(observationsOf(known, { ...known, updatedAt: daysAgoText(1) })).toEqual([]);
  });

  it("gives the same observations for the same update twice, all in the ledger's form", () => {
    const [before, after] = [ticket(5), ticket(1, { status: "pending" })];
    expect(observationsOf(before, after)).toEqual(observationsOf(before, after));
    for (const o of observationsOf(null, after)) expect(observationSchema.safeParse(o).success).toBe(true);
  });

  it("tells two versions of one second apart, so that the later one wins", () => {
    const before = ticket(5, { status: "solved" });
    const after = ticket(5, { status: "open" });
    const state = foldObservations([...observationsOf(null, before), ...observationsOf(before, after)]);
    expect(state.tickets[0]?.value?.status).toBe("open");
  });

  it("takes a record away from the party that it no longer belongs to, and gives it whole to the new one", () => {
    const before = ticket(5, { priority: "urgent" });
    const after = ticket(1, { priority: "urgent" }, [link("8")]);
    const moved = observationsOf(before, after);
    const state = foldObservations([...observationsOf(null, before), ...moved]);
    expect(state.tickets.map((t) => [t.subject, t.value?.priority])).toEqual([
      ["zendesk:organization:7", undefined],
      ["zendesk:organization:8", "urgent"],
    ]);
  });

  it("belongs to nobody without a company or an organization", () => {
    expect(observationsOf(null, ticket(1, {}, [requester]))).toEqual([]);
  });

  it("makes a removed record disappear, and a restored one come back", () => {
    const known = ticket(5);
    const removed = observationsOfRemoval(known, daysAgo(3));
    const restored = observationsOfReturn({ ...known, updatedAt: daysAgoText(1) });
    const all = [...observationsOf(null, known), ...removed, ...restored];
    expect(foldAsOf(all, daysAgo(2)).tickets[0]?.value).toBeNull();
    expect(foldObservations(all).tickets[0]?.value?.status).toBe("open");
  });

  it("knows the use of the product again when a company comes back, though its history ends before it went", () => {
    const known = company(daysAgoText(5), {
      usage: { logins: 40 },
      usageHistory: [{ metric: "logins", value: 40, at: daysAgoText(9) }],
    });
    const all = [
      ...observationsOf(null, known),
      ...observationsOfRemoval(known, daysAgo(3)),
      ...observationsOfReturn({ ...known, updatedAt: daysAgoText(1) }),
    ];
    const newest = (observations: readonly Observation[]) =>
      foldObservations(observations)
        .usage.find(({ key }) => key === "logins")
        ?.points.at(-1);
    expect(newest(all.filter(({ at }) => at < daysAgoText(2)))?.value).toBeNull();
    expect(newest(all)).toEqual({ at: daysAgoText(1), value: 40 });
  });

  it("counts a rating again when its company comes back, as old as it is", () => {
    const to = (links: RecordRef[]): SourceRecord => ({
      ref: { platform: "hubspot", objectType: "feedback", id: "5" },
      createdAt: daysAgoText(60),
      updatedAt: daysAgoText(60),
      links,
      fields: { kind: "rating", metric: "nps", score: -100, answeredAt: daysAgoText(60) },
    });
    const [there, gone] = [to([{ platform: "hubspot", objectType: "company", id: "1" }]), to([])];
    const lost = [...observationsOf(null, there), ...observationsOf(there, gone)];
    expect(foldObservations(lost).ratings.map(({ value }) => value)).toEqual([null]);
    const back = foldObservations([...lost, ...observationsOf(gone, there)]).ratings;
    expect(back).toMatchObject([{ at: later(60), value: { score: -100 } }]);
  });

  it("does not date a contact's part and bounces back to a time at which nobody knew them", () => {
    const first = observationsOf(null, contact(10, { role: "champion", isBounced: true }));
    const before = foldAsOf(first, daysAgo(11)).contacts[0];
    expect(before).toMatchObject({ value: { role: null, isBounced: false } });
    expect(foldObservations(first).contacts[0]).toMatchObject({
      value: { role: "champion", isBounced: true },
    });
  });

  it("knows a champion who was gone when first heard of as one who left", () => {
    const gone = observationsOf(null, contact(10, { role: "champion", hasLeft: true }));
    expect(foldObservations(gone).contacts[0]).toMatchObject({ value: null, last: { role: "champion" } });
    expect(foldAsOf(gone, daysAgo(11)).contacts[0]).toMatchObject({ last: { role: null } });
  });

  it("keeps a champion's part when the person leaves", () => {
    const here = contact(50, { role: "champion" });
    const gone = contact(12, { role: "champion", hasLeft: true });
    const [entry] = foldObservations([...observationsOf(null, here), ...observationsOf(here, gone)]).contacts;
    expect(entry).toMatchObject({ value: null, at: daysAgoText(12), last: { role: "champion" } });
  });

  it("observes contact with a person at the time it took place", () => {
    const touches = observationsOf(contact(9), contact(1, { lastEngagedAt: daysAgoText(2) }));
    expect(touches).toEqual([
      expect.objectContaining({ kind: "touch", key: "contact:11", at: daysAgoText(2) }),
    ]);
  });

  it("keeps the day on which a deal was won through later edits", () => {
    const won = deal(20, { status: "won", closedAt: daysAgoText(21) });
    const edited = deal(2, { status: "won", closedAt: daysAgoText(21), dealType: "renewal" });
    const [entry] = foldObservations(chain([deal(40), won, edited])).deals;
    expect(entry).toMatchObject({
      firstWonAt: daysAgoText(21),
      value: { dealType: "renewal", status: "won" },
    });
  });

  it("dates each lifecycle stage by its own history, also when the record changed long after", () => {
    const stages = (updatedDays: number, value: string, history: [string, number][]) =>
      company(daysAgoText(updatedDays), {
        lifecycleStage: value,
        stageHistory: history.map(([stage, days]) => ({ value: stage, at: daysAgoText(days) })),
      });
    const of = (observations: readonly Observation[]) =>
      brief(observations.filter((o) => o.key === "lifecycleStage"));
    const lost = stages(5, "other", [
      ["customer", 400],
      ["other", 60],
    ]);
    expect(of(observationsOf(null, lost))).toEqual([
      [daysAgoText(400), "customer"],
      [daysAgoText(60), "other"],
      [daysAgoText(5), "other"],
    ]);
    const back = stages(1, "customer", [
      ["other", 60],
      ["customer", 3],
    ]);
    expect(of(observationsOf(lost, back))).toEqual([[daysAgoText(3), "customer"]]);
  });

  it("takes a deal that was closed before it was entered as won all along", () => {
    const entered = deal(49, { status: "won", closedAt: daysAgoText(90) });
    expect(foldObservations(observationsOf(null, entered)).deals[0]).toMatchObject({
      firstWonAt: daysAgoText(90),
      value: { status: "won" },
    });
  });

  it("dates product use by the history where the platform keeps one, else by the change", () => {
    const history = [
      { metric: "activeUsers" as const, value: 4, at: daysAgoText(40) },
      { metric: "activeUsers" as const, value: 9, at: daysAgoText(3) },
    ];
    const known = company(daysAgoText(2), { usage: { activeUsers: 9, seats: 20 }, usageHistory: history });
    const points = observationsOf(null, known).filter((o) => o.kind === "usage");
    expect(points.map((o) => [o.key, o.value, o.at])).toEqual([
      ["activeUsers", 4, daysAgoText(40)],
      ["activeUsers", 9, daysAgoText(3)],
      ["seats", 20, daysAgoText(2)],
    ]);
    const later = company(daysAgoText(1), { usage: { activeUsers: 7, seats: 20 }, usageHistory: history });
    expect(observationsOf(known, later).map((o) => [o.key, o.value, o.at])).toEqual([
      ["activeUsers", 7, daysAgoText(1)],
    ]);
  });

  it("says that a property was emptied, and not that it never was filled", () => {
    const filled = company(daysAgoText(5), { referrals: 2, usage: { seats: 20 } });
    const emptied = company(daysAgoText(1), { referrals: null, usage: { seats: null } });
    expect(observationsOf(filled, emptied).map((o) => [o.key, o.value])).toEqual([
      ["referrals", null],
      ["seats", null],
    ]);
    expect(observationsOf(null, emptied).some((o) => o.value === null)).toBe(false);
  });

  it("says how long a ticket took, and how the customer felt", () => {
    const facts = observationsOf(
      null,
      ticket(2, { status: "closed", solvedAt: daysAgoText(9), sentiment: "negative" }),
    );
    expect(
      facts.map((o) => (o.kind === "ticket" ? [o.value?.resolutionMinutes, o.value?.sentiment] : o)),
    ).toEqual([
      [null, "negative"],
      [1440, "negative"],
      [1440, "negative"],
    ]);
  });

  it("takes a mail that was answered and a meeting that took place for contact, a planned meeting not", () => {
    const answered = {
      ...contact(1),
      fields: { ...contact(1).fields, lastReplyAt: daysAgoText(4) },
    } as SourceRecord;
    expect(observationsOf(null, answered)).toMatchObject([
      { kind: "contact" },
      { kind: "touch", key: "reply:11", at: daysAgoText(4) },
      { kind: "contact" },
    ]);
    const met = (days: number) =>
      observationsOf(null, company(daysAgoText(3), { lastMeetingAt: daysAgoText(days) })).filter(
        (o) => o.kind === "touch",
      );
    expect(met(5)).toMatchObject([{ key: `meeting:${daysAgoText(5).slice(0, 10)}`, at: daysAgoText(5) }]);
    expect(met(2)).toEqual([]);
  });

  it("counts an answer from the day on which it was given", () => {
    const answer: SourceRecord = {
      ...ticket(1),
      ref: { platform: "hubspot", objectType: "feedback", id: "5" },
      fields: { kind: "rating", metric: "nps", score: 9, answeredAt: daysAgoText(4) },
    };
    expect(observationsOf(null, answer).map((o) => [o.at, o.key, o.value])).toEqual([
      [daysAgoText(4), "hubspot:5", { metric: "nps", score: 9 }],
    ]);
  });

  it("carries names of any length without harm", () => {
    const name = `${"😀".repeat(2_000)}${"x".repeat(6_000)}`;
    const state = foldObservations(observationsOf(null, company(daysAgoText(1), { name })));
    expect(profileValue(state, "name")).toBe(name);
  });
});
