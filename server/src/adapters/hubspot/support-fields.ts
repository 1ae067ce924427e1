import { type FieldsOf, MINUTE_MS } from "@bellwether/shared";
import type { CrmRecord, Pipelines } from "./crm-answers.ts";
import { instantOf, numberOf, textOf } from "./values.ts";

const PRIORITIES: Readonly<Record<string, NonNullable<FieldsOf<"ticket">["priority"]>>> = {
  LOW: "low",
  MEDIUM: "normal",
  HIGH: "high",
  URGENT: "urgent",
};
/** Stages in which the ball is with the customer; HubSpot knows only open and closed. */
const PENDING = /waiting on (contact|customer)|pending|on hold/i;
/** Last stage of HubSpot's default pipeline `0`, for tokens that may not read the pipelines. */
const DEFAULT_CLOSED_STAGE = "4";

export function ticketFields({ properties, createdAt }: CrmRecord, pipelines: Pipelines): FieldsOf<"ticket"> {
  const stages = pipelines.find(({ id }) => id === properties["hs_pipeline"])?.stages ?? [];
  const stage = stages.find(({ id }) => id === properties["hs_pipeline_stage"]);
  const isClosed = stage
    ? stage.metadata["ticketState"] === "CLOSED" || stage.metadata["isClosed"] === "true"
    : properties["hs_pipeline_stage"] === DEFAULT_CLOSED_STAGE ||
      instantOf(properties["closed_date"]) !== null;
  return {
    kind: "ticket",
    status: isClosed ? "closed" : PENDING.test(stage?.label ?? "") ? "pending" : "open",
    priority: PRIORITIES[properties["hs_ticket_priority"]?.toUpperCase() ?? ""] ?? null,
    solvedAt: isClosed ? instantOf(properties["closed_date"]) : null,
    reopens: null, // HubSpot does not count them
    firstReplyMinutes: firstReplyMinutes(properties, createdAt),
  };
}

function firstReplyMinutes(
  properties: CrmRecord["properties"],
  createdAt: string | undefined,
): number | null {
  const measuredMs = numberOf(properties["time_to_first_agent_reply"]);
  if (measuredMs !== null) return measuredMs >= 0 ? measuredMs / MINUTE_MS : null;
  const created = instantOf(createdAt);
  const replied = instantOf(properties["first_agent_reply_date"]);
  if (created === null || replied === null || replied < created) return null;
  return (Date.parse(replied) - Date.parse(created)) / MINUTE_MS;
}

/**
 * @returns `null` for surveys of another kind, and for answers outside their scale. The response group is not used:
 * it is a number in some portals and a word in others.
 */
export function ratingFields({ properties, createdAt }: CrmRecord): FieldsOf<"rating"> | null {
  const type = textOf(properties["hs_survey_type"])?.toUpperCase();
  const value = numberOf(properties["hs_value"]);
  const answeredAt =
    instantOf(properties["hs_submission_timestamp"]) ??
    instantOf(properties["hs_createdate"]) ??
    instantOf(createdAt);
  if (value === null || answeredAt === null || value < 0) return null;
  if (type === "NPS") return value <= 10 ? { kind: "rating", metric: "nps", score: value, answeredAt } : null;
  const score = type === "CSAT" ? csatScore(value) : null;
  return score === null ? null : { kind: "rating", metric: "csat", score, answeredAt };
}

/** HubSpot's five points in steps of 25; imported answers also come as 0–10 or per cent. */
function csatScore(value: number): number | null {
  if (value <= 5) return Math.max(0, value - 1) * 25;
  if (value <= 10) return value * 10;
  return value <= 100 ? value : null;
}
