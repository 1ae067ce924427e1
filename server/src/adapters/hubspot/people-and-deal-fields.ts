import type { FieldsOf } from "@bellwether/shared";
import type { CrmRecord, Pipelines } from "./crm-answers.ts";
import { choicesOf, flagOf, instantOf, latestOf, numberOf, textOf } from "./values.ts";

/** HubSpot's buying roles → ours; who decides outranks who uses, and a champion outranks both. */
const ROLES: readonly [NonNullable<FieldsOf<"contact">["role"]>, readonly string[]][] = [
  ["champion", ["CHAMPION"]],
  ["sponsor", ["EXECUTIVE_SPONSOR", "DECISION_MAKER", "BUDGET_HOLDER"]],
  ["user", ["END_USER"]],
];

export function contactFields({ properties, archived }: CrmRecord): FieldsOf<"contact"> {
  const given = choicesOf(properties["hs_buying_role"]);
  return {
    kind: "contact",
    role: ROLES.find(([, names]) => names.some((name) => given.includes(name)))?.[0] ?? null,
    lastEngagedAt: latestOf(
      instantOf(properties["notes_last_contacted"]),
      instantOf(properties["hs_last_sales_activity_timestamp"]),
      instantOf(properties["hs_email_last_open_date"]),
      instantOf(properties["hs_email_last_click_date"]),
      instantOf(properties["hs_email_last_reply_date"]),
      instantOf(properties["hs_sales_email_last_replied"]),
    ),
    lastReplyAt: latestOf(
      instantOf(properties["hs_email_last_reply_date"]),
      instantOf(properties["hs_sales_email_last_replied"]),
    ),
    isBounced: textOf(properties["hs_email_hard_bounce_reason_enum"]) !== null,
    hasLeft: archived === true,
  };
}

export function dealFields({ properties }: CrmRecord, pipelines: Pipelines): FieldsOf<"deal"> {
  const pipeline = pipelines.find(({ id }) => id === properties["pipeline"]);
  const stage = pipeline?.stages.find(({ id }) => id === properties["dealstage"]);
  const status = dealStatus(properties, stage?.metadata);
  return {
    kind: "deal",
    dealType: dealType(properties["dealtype"], pipeline?.label ?? properties["pipeline"]),
    status,
    // The close date of an open deal is a forecast, not an event.
    closedAt: status === "open" ? null : instantOf(properties["closedate"]),
  };
}

function dealType(
  type: string | null | undefined,
  pipeline: string | null | undefined,
): FieldsOf<"deal">["dealType"] {
  if (/renew/i.test(`${type ?? ""} ${pipeline ?? ""}`)) return "renewal";
  if (type === "newbusiness") return "new";
  return type === "existingbusiness" ? "expansion" : "other";
}

/** HubSpot's own flags first, then the stage's definition, then the names of the default stages. */
function dealStatus(
  properties: CrmRecord["properties"],
  stage: Readonly<Record<string, string | null>> | undefined,
): FieldsOf<"deal">["status"] {
  if (flagOf(properties["hs_is_closed_won"]) === true) return "won";
  const isClosed = flagOf(properties["hs_is_closed"]);
  if (isClosed !== null) return isClosed ? "lost" : "open";
  if (stage && flagOf(stage["isClosed"]) === true)
    return numberOf(stage["probability"]) === 1 ? "won" : "lost";
  if (stage) return "open";
  const name = properties["dealstage"];
  return name === "closedwon" ? "won" : name === "closedlost" ? "lost" : "open";
}
