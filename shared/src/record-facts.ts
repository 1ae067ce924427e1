import type { Fact } from "./observation.ts";
import { companyFacts, type FieldsOf, type SourceRecord } from "./source-record.ts";
import { MINUTE_MS } from "./units.ts";

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

export type Gauge = Extract<Fact, { kind: "usage" | "custom" }>;

/** What one version of a record says of each party that it belongs to. */
export interface RecordFacts {
  registers: readonly RegisterFact[];
  /** Facts that stand for themselves: a contact took place, a gauge stood at a value. */
  points: readonly DatedFact[];
  /** Gauges as they stand now, without a date of their own. */
  gauges: readonly Gauge[];
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
      return factsOfCompany(record, fields);
    case "organization":
      return {
        ...NOTHING,
        registers: organizationProfile(record, fields),
        gauges: customGauges(fields.custom),
      };
    case "contact":
      return contactFacts(record, fields);
    case "deal":
      return { ...NOTHING, registers: [dealFact(record, fields)] };
    case "ticket":
      return { ...NOTHING, registers: [ticketFact(record, fields), ...ticketCustom(record, fields)] };
    case "rating":
      return { ...NOTHING, registers: [ratingFact(record, fields)] };
    // what a group does comes as observations of its own; its names are for the matching only
    case "group":
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

/** Each stage with its own date: when a customer was lost must not be the day on which the record was last changed. */
function stageFact({ lifecycleStage, stageHistory = [] }: FieldsOf<"company">): RegisterFact {
  const past = stageHistory.map(
    ({ value, at }): DatedFact => ({
      at: instantText(at),
      fact: { kind: "profile", key: "lifecycleStage", value },
    }),
  );
  const last = stageHistory.at(-1);
  const since = last !== undefined && last.value === lifecycleStage ? instantText(last.at) : null;
  return { ...profile("lifecycleStage", lifecycleStage), past, since };
}

const FACT_KEYS = companyFacts.keyof().options;

function factsOfCompany(record: SourceRecord, fields: FieldsOf<"company">): RecordFacts {
  const registers = [
    profile("name", fields.name),
    profile("createdAt", instantText(record.createdAt), instantText(record.createdAt)),
    profile("domain", fields.domain),
    stageFact(fields),
    dated("customerSince", fields.customerSince ?? null),
    dated("becameCustomerAt", fields.becameCustomerAt),
    profile("nextActivityAt", optionalInstant(fields.nextActivityAt)),
    profile("renewalDate", fields.renewalDate),
    profile("noticeOfNonRenewal", fields.noticeOfNonRenewal),
    profile("isReference", fields.isReference),
    profile("referrals", fields.referrals),
    profile("onboardingProgress", fields.onboardingProgress),
    profile("externalId", fields.externalId),
    ...FACT_KEYS.map((key) => profile(key, fields.facts?.[key] ?? null)),
  ];
  const history: DatedFact[] = fields.usageHistory.map(({ metric, value, at }) => ({
    at: instantText(at),
    fact: { kind: "usage", key: metric, value },
  }));
  const custom: DatedFact[] = (fields.customHistory ?? []).map(({ key, value, at }) => ({
    at: instantText(at),
    fact: { kind: "custom", key, value },
  }));
  return {
    registers,
    points: [
      ...touch("company", fields.lastContactedAt),
      ...meeting(record, fields.lastMeetingAt ?? null),
      ...history,
      ...custom,
    ],
    gauges: [
      ...Object.entries(fields.usage).map(
        ([metric, value]): Gauge => ({
          kind: "usage",
          key: metric as keyof typeof fields.usage,
          value: value ?? null,
        }),
      ),
      ...customGauges(fields.custom),
    ],
  };
}

const customGauges = (custom: FieldsOf<"company">["custom"]): Gauge[] =>
  Object.entries(custom ?? {}).map(([key, value]) => ({ kind: "custom", key, value }));

/** What a ticket's mapped fields say goes where the ticket goes. */
const ticketCustom = (record: SourceRecord, { custom }: FieldsOf<"ticket">): RegisterFact[] =>
  Object.entries(custom ?? {}).map(([name, value]) => {
    const key = `${name}/${recordKey(record)}`;
    return {
      current: { kind: "custom", key, value },
      past: [],
      since: null,
      gone: { kind: "custom", key, value: null },
    };
  });

/** A meeting counts once it took place: one that is planned may still be called off. */
function meeting(record: SourceRecord, at: string | null): DatedFact[] {
  if (at === null || instantText(at) > instantText(record.updatedAt)) return [];
  return touch(`meeting:${instantText(at).slice(0, 10)}`, at);
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
  // the record tells the part that they play now, not since when: dated back, it would be known before its time
  const atFirst: Fact = { kind: "contact", key, value: { role: null, isBounced: false } };
  const justBefore = new Date(Date.parse(record.updatedAt) - 1).toISOString();
  return {
    registers: [
      {
        current: fields.hasLeft ? gone : here,
        past: [
          { at: instantText(record.createdAt), fact: atFirst },
          ...(fields.hasLeft ? [{ at: justBefore, fact: here }] : []),
        ],
        since: null,
        gone,
      },
    ],
    points: [
      ...touch(key, fields.lastEngagedAt),
      ...touch(`reply:${record.ref.id}`, fields.lastReplyAt ?? null),
    ],
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
  const isDone = status === "solved" || status === "closed";
  const solvedAt = isDone ? optionalInstant(fields.solvedAt) : null;
  const current = {
    createdAt,
    status,
    priority,
    reopens,
    firstReplyMinutes,
    resolutionMinutes: minutesBetween(createdAt, solvedAt),
    sentiment: fields.sentiment ?? null,
  };
  const atFirst = {
    ...current,
    status: "open",
    reopens: reopens === null ? null : 0,
    firstReplyMinutes: null,
    resolutionMinutes: null,
  } as const;
  const past: DatedFact[] = [{ at: createdAt, fact: ticket(atFirst) }];
  if (solvedAt !== null && solvedAt > createdAt)
    past.push({ at: solvedAt, fact: ticket({ ...current, status: "solved" }) });
  return { current: ticket(current), past, since: solvedAt, gone: ticket(null) };
}

const minutesBetween = (from: string, to: string | null): number | null =>
  to === null || to < from ? null : (Date.parse(to) - Date.parse(from)) / MINUTE_MS;

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
