import type { RequestHandler } from "express";
import { sendProblem } from "./problem-handler.ts";

/** HubSpot gives up after 5 s, and counts that against us; what it is told in time it sends again. */
const ANSWER_MS = 4_000;

/**
 * Answers 503 with Retry-After for a handler that waits too long, as for a database that stands still. What it was
 * doing goes on: if it stores the events after all, the sender's next attempt is a duplicate of them.
 */
export function answeredInTime(handler: RequestHandler, answerMs = ANSWER_MS): RequestHandler {
  return async (req, res, next) => {
    let isLate = false;
    const late = setTimeout(() => {
      if (res.headersSent) return;
      isLate = true;
      sendProblem(res, "unavailable", "The events could not be stored in time. Please send them again.");
    }, answerMs);
    try {
      await handler(req, res, next);
    } catch (error) {
      if (!isLate) throw error; // else it is about an answer that has been given
    } finally {
      clearTimeout(late);
    }
  };
}
