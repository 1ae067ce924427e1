import { describe, expect, it } from "vitest";
import {
  contact,
  contactGone,
  daysAgoText,
  fact,
  NOW,
  profile,
  rating,
  ticket,
  touch,
  usage,
} from "../../../../tests/support/account-facts.ts";
import { foldObservations } from "../../fold-observations.ts";
import type { Observation } from "../../observation.ts";
import { SIGNALS } from "./catalogue.ts";
import type { SignalKey, SignalReading } from "./signal.ts";

const old = profile("becameCustomerAt", daysAgoText(700), 700);
const read = (key: SignalKey, facts: readonly Observation[]): SignalReading =>
  SIGNALS[key].read(foldObservations([old, ...facts]), NOW, { crm: NOW, tickets: NOW });
const tickets = (count: number, age: number, of = {}): Observation[] =>
  Array.from({ length: count }, (_, i) => ticket(`${age}-${i}`, age, of));
const bounced = (id: string, days: number): Observation =>
  fact("hubspot:company:1", days, {
    kind: "contact",
    key: `contact:${id}`,
    value: { role: null, isBounced: true },
  });

type Row = readonly [SignalKey, string, readonly Observation[], Partial<SignalReading>];
const measured = (value: number, sentence: string) => ({ state: "measured" as const, value, sentence });
const missing = (sentence: string) => ({ state: "missing" as const, value: null, sentence });

const ROWS: readonly Row[] = [
  ["active_days", "at most 30", [usage("activeDays", 44)], measured(30, "Used on 30 of the last 30 days.")],
  ["active_days", "not mapped", [usage("logins", 44)], missing("Days with use are not recorded.")],
  [
    "last_seen",
    "by the date itself and not by when it was entered",
    [profile("lastSeenAt", daysAgoText(16), 2)],
    { ...measured(16, "Last used 16 days ago."), observedAt: daysAgoText(16) },
  ],
  [
    "last_seen",
    "with a text that is no time",
    [profile("lastSeenAt", "soon")],
    missing("The last use is not recorded."),
  ],
  [
    "milestones",
    "of those due",
    [profile("milestonesReached", 2), profile("milestonesDue", 5)],
    measured(0.4, "2 of 5 due milestones reached."),
  ],
  [
    "milestones",
    "ahead of time",
    [profile("milestonesReached", 7), profile("milestonesDue", 5)],
    measured(1, "5 of 5 due milestones reached."),
  ],
  [
    "milestones",
    "before any is due",
    [profile("milestonesReached", 1), profile("milestonesDue", 0)],
    { state: "not_applicable", value: null },
  ],
  ["milestones", "half known", [profile("milestonesReached", 1)], missing("Milestones are not recorded.")],
  [
    "training",
    "in percent",
    [profile("trainingCompleted", 140)],
    measured(100, "100% of the training is completed."),
  ],
  [
    "resolution_time",
    "as the median of those solved lately",
    [
      ...[60, 240, 6000].map((resolutionMinutes, i) =>
        ticket(`${i}`, 30, { status: "solved", resolutionMinutes }, 20),
      ),
      ticket("8", 300, { status: "solved", resolutionMinutes: 9 }, 200),
    ],
    measured(4, "Solved after 4 hours (median of 3 tickets in 90 days)."),
  ],
  ["resolution_time", "while nothing is solved", tickets(2, 5), { state: "not_applicable", value: null }],
  [
    "resolution_time",
    "where nobody kept the time",
    tickets(2, 5, { status: "solved" }),
    missing("The time of solving is not recorded."),
  ],
  [
    "ticket_sentiment",
    "of the tickets that say one",
    [
      ...tickets(3, 5, { sentiment: "neutral" }),
      ticket("8", 80, { sentiment: "negative" }),
      ticket("9", 95, { sentiment: "negative" }),
      ticket("10", 4),
    ],
    measured(0.25, "1 of 4 tickets in 90 days were written by an unhappy customer."),
  ],
  [
    "ticket_sentiment",
    "of too few",
    tickets(2, 5, { sentiment: "negative" }),
    missing("Fewer than 3 tickets in 90 days have a tag for the feeling."),
  ],
  [
    "negative_feedback",
    "of both kinds, and no neutral one",
    [
      rating("1", "nps", 6, 9),
      rating("2", "nps", 3, 91),
      rating("3", "csat", 0, 8),
      rating("4", "csat", 50, 7),
    ],
    measured(2, "2 of 3 answers in 90 days were negative."),
  ],
  [
    "negative_feedback",
    "where nobody answered",
    [rating("1", "nps", 2, 91)],
    missing("Nobody at this customer answered a survey in 90 days."),
  ],
  [
    "two_way_mail",
    "of those who can be reached",
    [contact("1", null), contact("2", null), touch("reply:1", 9), touch("reply:2", 99), touch("reply:3", 1)],
    measured(0.5, "1 of 2 contacts answered a mail in 90 days."),
  ],
  [
    "two_way_mail",
    "where no mailbox is connected",
    [contact("1", null), touch("contact:1", 3)],
    missing("No answer to a mail was ever logged."),
  ],
  [
    "meetings",
    "once each",
    [
      touch("meeting:a", 9),
      { ...touch("meeting:a", 9), subject: "hubspot:company:2" },
      touch("meeting:b", 30),
      touch("meeting:c", 91),
    ],
    measured(2, "2 meetings in 90 days."),
  ],
  ["meetings", "where none was ever booked", [], missing("No meeting with this customer was ever booked.")],
  ["csm_judgement", "given lately", [profile("judgement", 50, 90)], measured(50, "Judged as 50 of 100.")],
  [
    "csm_judgement",
    "given long ago",
    [profile("judgement", 50, 91)],
    { state: "stale", value: 50, sentence: "Judged as 50 of 100, 91 days ago." },
  ],
  [
    "sponsor",
    "present",
    [contact("1", "sponsor"), contact("2", "sponsor")],
    measured(1, "2 sponsors are present."),
  ],
  [
    "sponsor",
    "gone",
    [contact("1", "sponsor"), contactGone("1", 12)],
    measured(0, "The sponsor left 12 days ago, and nobody has taken the part."),
  ],
  [
    "champion_change",
    "even when somebody took the part",
    [contact("1", "champion"), contactGone("1", 12), contact("2", "champion", 3)],
    measured(1, "A champion left 12 days ago; somebody else has the part."),
  ],
  [
    "champion_change",
    "only within 90 days",
    [contact("1", "champion"), contactGone("1", 91), contact("2", "champion", 85)],
    measured(0, "No champion left in 90 days."),
  ],
  ["champion_change", "without any", [contact("1", "user")], missing("No champion was ever known.")],
  [
    "contact_bounces",
    "of those who are there",
    [contact("1", null), bounced("2", 5), contact("3", null), contactGone("3", 4)],
    measured(0.5, "Mail to 1 of 2 contacts bounces."),
  ],
  [
    "renewal_prepared",
    "with nobody talking",
    [profile("renewalDate", "2026-12-20")],
    measured(0, "Renewal in 30 days: no contact in the last 30 days, no next activity is planned."),
  ],
  [
    "renewal_prepared",
    "with a talk behind and one ahead",
    [profile("renewalDate", "2026-11-20"), touch("company", 9), profile("nextActivityAt", daysAgoText(-5))],
    measured(1, "Renewal in 0 days: contact in the last 30 days, the next activity is planned."),
  ],
  [
    "renewal_prepared",
    "far ahead",
    [profile("renewalDate", "2027-06-01")],
    { state: "not_applicable", value: null },
  ],
  [
    "renewal_prepared",
    "behind",
    [profile("renewalDate", "2026-11-01")],
    missing("The recorded renewal date has passed."),
  ],
  [
    "contract_status",
    "ending",
    [profile("contractStatus", "ending")],
    measured(0.2, "The contract is going to end."),
  ],
  [
    "contract_status",
    "in a word that nobody knows",
    [profile("contractStatus", "odd")],
    missing("The contract status is not recorded."),
  ],
  ["payment_risk", "without an amount", [profile("paymentRisk", true)], measured(1, "Payment is in doubt.")],
  [
    "goal_progress",
    "in percent",
    [profile("goalProgress", 40)],
    measured(40, "40% of the way to the goals."),
  ],
  [
    "objectives_agreed",
    "said to be none",
    [profile("objectivesAgreed", false)],
    measured(0, "No objectives are agreed."),
  ],
  [
    "executive_review",
    "held",
    [profile("executiveReviewAt", daysAgoText(40), 3)],
    measured(40, "Last executive review 40 days ago."),
  ],
  [
    "executive_review",
    "only planned",
    [profile("executiveReviewAt", daysAgoText(-9))],
    missing("No executive review in the past is recorded."),
  ],
];

/** Milestones, goals, people, contract, and what customers write and answer. */
describe("signals of success", () => {
  it.each(ROWS)("%s %s", (key, _, facts, expected) => {
    expect(read(key, facts)).toMatchObject({ signal: key, ...expected });
  });
});
