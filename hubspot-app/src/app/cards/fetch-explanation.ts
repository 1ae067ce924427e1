import type { ChangeExplanation } from "@bellwether/shared";
import { callServer, type Failure, isObject, notUnderstood, type ServerPlace } from "./call-server.ts";

/** ISO instants. */
export interface Period {
  from: string;
  to: string;
}

export type ExplanationAnswer =
  | { kind: "explained"; explanation: ChangeExplanation }
  | { kind: "failed"; failure: Failure };

/** What moved the score between two times, since when, and what shows it. */
export async function fetchExplanation(place: ServerPlace, { from, to }: Period): Promise<ExplanationAnswer> {
  const answer = await callServer(place, { path: "explain", query: { from, to } });
  if (answer.kind === "failed") return { kind: "failed", failure: answer.failure };
  return isExplanation(answer.body)
    ? { kind: "explained", explanation: answer.body }
    : { kind: "failed", failure: notUnderstood().failure };
}

const isExplanation = (body: unknown): body is ChangeExplanation =>
  isObject(body) &&
  isObject(body["from"]) &&
  isObject(body["to"]) &&
  Array.isArray(body["items"]) &&
  Array.isArray(body["notes"]);
