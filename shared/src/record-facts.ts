import type { Fact } from "./observation.ts";
import type { FieldsOf, SourceRecord } from "./source-record.ts";

/** A fact with the date on which it became true, ISO in UTC with milliseconds. */
export interface DatedFact {
  at: string;
  fact: Fact;
}

/** A fact of which only the newest counts. */
export interface RegisterFact {
  /** What the record says now. */
  current: Fact;
  /** What is known of the time before, oldest first: a deal was open before it was won. */
  past: readonly DatedFact[];
  /** When `current` became true, where the record says so; else it is dated by the record's last change. */
  since: string | null;
  /** The same fact, said of a party that the record no longer belongs to. */
  gone: Fact;
}

/** What one version of a record says of each party that it belongs to. */
export interface RecordFacts {
  registers: readonly RegisterFact[];
  /** Facts that stand for themselves: a contact took place, a gauge stood at a value. */
  points: readonly DatedFact[];
  /** Gauges as they stand now, without a date of their own. */
  gauges: readonly Extract<Fact, { kind: "usage" }>[];
}

const NOTHING: RecordFacts = { registers: [], points: [], gauges: [] };

/** Widens to milliseconds, so that text order is time order. */
export const instantText = (at: string): string => (at.length === 24 ? at : new Date(at).toISOString());
const optionalInstant = (at: string | null): string | null => (at === null ? null : instantText(at));

/** No personal data goes in: no names of people, no addresses. */
export function recordFacts(record: SourceRecord): RecordFacts {
  const { fields } = record;
  switch (fields.kind) {
    case "company":
      return companyFacts(record, fields);
    case "organization":
      return { ...NOTHING, registers: organizationProfile(record, fields) };
    case "contact":
      return contactFacts(record, fields);
    case "deal":
      return { ...NOTHING, registers: [dealFact(record, fields)] };
    case "ticket":
      return { ...NOTHING, registers: [ticketFact(record, fields)] };
    case "rating":
      return { ...NOTHING, registers: [ratingFact(record, fields)] };
    case "user":
      return NOTHING;
  }
}

type ProfileValue = Extract<Fact, { kind: "profile" }>["value"];

function profile(key: string, value: ProfileValue, since: string | null = null): RegisterFact {
  const current: Fact = { kind: "profile", key, value };
  const past = since === null ? [] : [{ at: since, fact: current }];
  return { current, past, since, gone: { kind: "profile", key, value: null } };
}

/** A calendar date or an instant holds from itself on. */
const dated = (key: string, value: string | null): RegisterFact =>
  profile(key, value, value === null ? null : new Date(value).toISOString());

function companyFacts(record: SourceRecord, fields: FieldsOf<"company">): RecordFacts {
  const registers = [
    profile("name", fields.name),
    profile("createdAt", instantText(record.createdAt), instantText(record.createdAt)),
    profile("domain", fields.domain),
    profile("lifecycleStage", fields.lifecycleStage),
    dated("customerSince", fields.customerSince ?? null),
    dated("becameCustomerAt", fields.becameCustomerAt),
    profile("nextActivityAt", optionalInstant(fields.nextActivityAt)),
    profile("renewalDate", fields.renewalDate),
    profile("noticeOfNonRenewal", fields.noticeOfNonRenewal),
    profile("isReference", fields.isReference),
    profile("referrals", fields.referrals),
    profile("onboardingProgress", fields.onboardingProgress),
    profile("externalId", fields.externalId),
  ];
  const history = fields.usageHistory.map(({ metric, value, at }) => ({
    at: instantText(at),
    fact: { kind: "usage", key: metric, value } as const,
  }));
  return {
    registers,
    points: [...touch("company", fields.lastContactedAt), ...history],
    gauges: Object.entries(fields.usage).map(([metric, value]) => ({
      kind: "usage",
      key: metric as keyof typeof fields.usage,
      value: value ?? null,
    })),
  };
}

const touch = (key: string, at: string | null): DatedFact[] =>
  at === null ? [] : [{ at: instantText(at), fact: { kind: "touch", key, value: {} } }];

const organizationProfile = (record: SourceRecord, fields: FieldsOf<"organization">): RegisterFact[] => [
  profile("name", fields.name),
  profile("createdAt", instantText(record.createdAt), instantText(record.createdAt)),
  profile("domain", fields.domains.length === 0 ? null : fields.domains.join(",")),
  profile("externalId", fields.externalId),
];

function contactFacts(record: SourceRecord, fields: FieldsOf<"contact">): RecordFacts {
  const key = `contact:${record.ref.id}`;
  const here: Fact = { kind: "contact", key, value: { role: fields.role, isBounced: fields.isBounced } };
  const gone: Fact = { kind: "contact", key, value: null };
  return {
    registers: [
      {
        current: fields.hasLeft ? gone : here,
        past: [{ at: instantText(record.createdAt), fact: here }],
        since: null,
        gone,
      },
    ],
    points: touch(key, fields.lastEngagedAt),
    gauges: [],
  };
}

const recordKey = (record: SourceRecord): string => `${record.ref.platform}:${record.ref.id}`;

function dealFact(record: SourceRecord, { dealType, status, closedAt }: FieldsOf<"deal">): RegisterFact {
  const deal = (value: Extract<Fact, { kind: "deal" }>["value"]): Fact => ({
    kind: "deal",
    key: recordKey(record),
    value,
  });
  const current = deal({ dealType, status });
  const since = status === "open" ? null : optionalInstant(closedAt);
  const created: DatedFact = { at: instantText(record.createdAt), fact: deal({ dealType, status: "open" }) };
  // closed before it was entered: it was never known as open
  const opened = since !== null && since <= created.at ? [] : [created];
  return {
    current,
    past: since === null ? opened : [...opened, { at: since, fact: current }],
    since,
    gone: deal(null),
  };
}

function ticketFact(record: SourceRecord, fields: FieldsOf<"ticket">): RegisterFact {
  const { status, priority, reopens, firstReplyMinutes } = fields;
  const createdAt = instantText(record.createdAt);
  const ticket = (value: Extract<Fact, { kind: "ticket" }>["value"]): Fact => ({
    kind: "ticket",
    key: recordKey(record),
    value,
  });
  const current = { createdAt, status, priority, reopens, firstReplyMinutes };
  const isDone = status === "solved" || status === "closed";
  const solvedAt = isDone ? optionalInstant(fields.solvedAt) : null;
  const atFirst = {
    ...current,
    status: "open",
    reopens: reopens === null ? null : 0,
    firstReplyMinutes: null,
  } as const;
  const past: DatedFact[] = [{ at: createdAt, fact: ticket(atFirst) }];
  if (solvedAt !== null && solvedAt > createdAt)
    past.push({ at: solvedAt, fact: ticket({ ...current, status: "solved" }) });
  return { current: ticket(current), past, since: solvedAt, gone: ticket(null) };
}

function ratingFact(record: SourceRecord, { metric, score, answeredAt }: FieldsOf<"rating">): RegisterFact {
  const key = recordKey(record);
  const current: Fact = { kind: "rating", key, value: { metric, score } };
  const since = instantText(answeredAt);
  return {
    current,
    past: [{ at: since, fact: current }],
    since,
    gone: { kind: "rating", key, value: null },
  };
}
