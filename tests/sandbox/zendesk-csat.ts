import { type Request, Router } from "express";
import { isoMs, isoSeconds } from "./clock.ts";
import { queryList, queryText } from "./http.ts";
import { idIn, notFound, paged, type ZendeskContext, zendeskError } from "./zendesk-context.ts";
import type { Rating } from "./zendesk-types.ts";

const SURVEY_LIFETIME_MS = 28 * 86_400_000;

/** Satisfaction, in whichever of the two forms the account has. Mounted at `/api/v2`. */
export function zendeskCsat(context: ZendeskContext): Router {
  const router = Router();
  const legacy = (): readonly Rating[] => (context.csat === "legacy" ? context.account.ratings : []);
  router.get("/satisfaction_ratings", (req, res) => {
    const found = legacy().filter((rating) => isWanted(req, rating));
    res.json(
      paged(
        req,
        "satisfaction_ratings",
        found,
        ({ id }) => id,
        (rating) => presentRating(context, rating),
      ),
    );
  });
  router.get("/satisfaction_ratings/:id", (req, res) => {
    const rating = legacy().find(({ id }) => id === idIn(req));
    if (rating === undefined) throw notFound();
    res.json({ satisfaction_rating: presentRating(context, rating) });
  });
  router.get("/guide/survey_responses", (req, res) => {
    if (context.csat === "legacy")
      throw zendeskError(403, "Forbidden", "The account has no survey responses");
    const found = context.account.ratings.filter((rating) => isInSurveyFilter(req, rating));
    res.json(paged(req, "survey_responses", found, ({ id }) => id, presentResponse));
  });
  router.get(["/guide/survey_responses/:id", "/guide/:locale/survey_responses/:id"], (req, res) => {
    const rating = context.account.ratings.find(({ id }) => responseId(id) === req.params["id"]);
    if (context.csat === "legacy" || rating === undefined) throw notFound();
    res.json({ survey_response: presentResponse(rating) });
  });
  return router;
}

function isWanted(req: Request, rating: Rating): boolean {
  const score = queryText(req, "score");
  const start = Number(queryText(req, "start_time") ?? 0) * 1000;
  const end = Number(queryText(req, "end_time") ?? Number.POSITIVE_INFINITY) * 1000;
  const isScore =
    score === undefined || score.startsWith("received") || score.startsWith(rating.isGood ? "good" : "bad");
  const isCommented =
    !score?.endsWith("with_comment") || score.endsWith("without_comment") || rating.comment !== null;
  return isScore && isCommented && rating.createdAt >= start && rating.createdAt <= end;
}

function presentRating(context: ZendeskContext, rating: Rating) {
  return {
    id: rating.id,
    url: `https://${context.account.subdomain}.zendesk.com/api/v2/satisfaction_ratings/${rating.id}.json`,
    ticket_id: rating.ticketId,
    requester_id: rating.requesterId,
    assignee_id: rating.assigneeId,
    group_id: null,
    score: rating.isGood ? "good" : "bad",
    comment: rating.comment,
    reason: "No reason provided",
    created_at: isoSeconds(rating.createdAt),
    updated_at: isoSeconds(rating.createdAt),
  };
}

/** Filters by time in milliseconds or ISO, by ticket and by person. */
function isInSurveyFilter(req: Request, rating: Rating): boolean {
  const time = (name: string, fallback: number) => {
    const text = queryText(req, `filter[${name}]`);
    if (text === undefined) return fallback;
    return /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  };
  const tickets = queryList(req, "filter[subject_zrns]");
  const people = queryList(req, "filter[responder_ids]");
  return (
    rating.createdAt >= time("created_at_start", 0) &&
    rating.createdAt <= time("created_at_end", Number.POSITIVE_INFINITY) &&
    (tickets.length === 0 || tickets.includes(`zen:ticket:${rating.ticketId}`)) &&
    (people.length === 0 || people.includes(String(rating.requesterId)))
  );
}

const responseId = (id: number): string => `01SURVEY${String(id).padStart(18, "0")}`;

/** Five stars: good answers are fours and fives, bad ones ones and twos. */
function presentResponse(rating: Rating) {
  const stars = rating.isGood ? 5 - (rating.id % 2) : 1 + (rating.id % 2);
  const at = isoMs(rating.createdAt);
  const zrn = `zen:ticket:${rating.ticketId}`;
  const comment = rating.comment === null ? [] : [{ type: "open_ended", value: rating.comment }];
  return {
    id: responseId(rating.id),
    responder_id: rating.requesterId,
    subject_zrns: [zrn],
    subjects: [{ id: String(rating.ticketId), type: "ticket", zrn }],
    survey: { id: "01SURVEYDEFAULT", version: 1, state: "enabled" },
    expires_at: isoMs(rating.createdAt + SURVEY_LIFETIME_MS),
    answers: [
      {
        type: "rating_scale",
        rating: stars,
        rating_category: rating.isGood ? "good" : "bad",
        question: { alias: "customer satisfaction rating" },
      },
      ...comment.map((answer) => ({ ...answer, question: { alias: "customer satisfaction comment" } })),
    ].map((answer) => ({ ...answer, created_at: at, updated_at: at })),
  };
}
