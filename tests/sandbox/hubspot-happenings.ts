import { isoMs } from "./clock.ts";
import type { HubspotPortal } from "./hubspot-portal.ts";
import type { CrmRecord } from "./hubspot-record.ts";

/** A mailbox that no longer exists: what HubSpot notices when somebody has left. */
export const BOUNCED = { hs_email_hard_bounce_reason_enum: "UNKNOWN_USER", hs_email_bounce: "1" } as const;

export function addHubspotTicket(
  portal: HubspotPortal,
  company: CrmRecord,
  contact: CrmRecord | undefined,
  input: { subject: string; priority: string; category: string; createdAt?: number },
): CrmRecord {
  const values = {
    subject: input.subject,
    content: `${input.subject}. Please have a look.`,
    hs_pipeline: "0",
    hs_pipeline_stage: "1",
    hs_ticket_priority: input.priority,
    hs_ticket_category: input.category,
    source_type: "EMAIL",
  };
  const ticket = portal.create(
    "tickets",
    values,
    input.createdAt === undefined ? {} : { createdAt: input.createdAt },
  );
  portal.link(ticket, company, true);
  if (contact !== undefined) portal.link(ticket, contact);
  return ticket;
}

export const closedTicket = (ticket: CrmRecord, at: number): Record<string, string> => ({
  hs_pipeline_stage: "4",
  closed_date: isoMs(at),
  time_to_close: String(at - ticket.createdAt),
});

/** An answer to the NPS survey, and what HubSpot notes of it on the contact. */
export function addNps(
  portal: HubspotPortal,
  contact: CrmRecord,
  score: number,
  comment: string | null,
  at: number,
): CrmRecord {
  const group = score >= 9 ? "PROMOTER" : score >= 7 ? "PASSIVE" : "DETRACTOR";
  const submission = portal.create(
    "feedback_submissions",
    {
      hs_survey_type: "NPS",
      hs_survey_name: "Relationship survey",
      hs_survey_id: "501",
      hs_survey_channel: "EMAIL",
      hs_value: String(score),
      hs_response_group: group,
      ...(comment !== null && { hs_content: comment }),
      hs_submission_timestamp: isoMs(at),
    },
    { createdAt: at, source: { changeSource: "FEEDBACK", sourceId: "501" } },
  );
  portal.link(submission, contact);
  const noted = {
    hs_feedback_last_nps_rating: String(score),
    hs_feedback_last_survey_date: isoMs(at),
    ...(comment !== null && { hs_feedback_last_nps_follow_up: comment }),
  };
  portal.update(contact, noted, { changeSource: "FEEDBACK", sourceId: "501" }, at);
  return submission;
}
