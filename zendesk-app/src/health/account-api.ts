import {
  type AccountHealthView,
  type ChangeExplanation,
  type CorrectionEntry,
  changeExplanation,
} from "@bellwether/shared";
import { within } from "../zaf/within.ts";
import type { ZafClient } from "../zaf/zaf-client.ts";
import { type ReadFailure, readBody, readFailure, readProblem, readView } from "./health-answer.ts";
import { type AccountCall, type AccountPlace, accountRequest, PATIENCE_MS } from "./health-request.ts";

/** Why a call came to nothing: in the server's own words, or a trouble that has a phrase of ours. */
export type CallFailure = { detail: string } | { failure: ReadFailure };
export type CallAnswer<T> = { kind: "done"; value: T } | { kind: "failed"; failure: CallFailure };

/** ISO instants. */
export interface Period {
  from: string;
  to: string;
}

/** What an agent can ask and say about the customer on the screen. Never rejects. */
export interface AccountApi {
  explain(period: Period): Promise<CallAnswer<ChangeExplanation>>;
  /** Answers with the health that counts the correction. */
  correct(entry: CorrectionEntry): Promise<CallAnswer<AccountHealthView>>;
  withdraw(correctionId: string): Promise<CallAnswer<AccountHealthView>>;
}

export function accountApi(client: ZafClient, place: AccountPlace): AccountApi {
  const call = <T>(asked: AccountCall, read: (body: unknown) => T | null) =>
    callServer(client, place, asked, read);
  return {
    explain: ({ from, to }) => call({ path: "explain", query: { from, to } }, readExplanation),
    correct: (entry) => call({ path: "corrections", body: entry }, readHealth),
    withdraw: (id) => call({ path: `corrections/${encodeURIComponent(id)}/withdraw`, body: {} }, readHealth),
  };
}

async function callServer<T>(
  client: ZafClient,
  place: AccountPlace,
  asked: AccountCall,
  read: (body: unknown) => T | null,
): Promise<CallAnswer<T>> {
  try {
    const answer = client.request(accountRequest(place, asked));
    const value = read(readBody(await within(answer, PATIENCE_MS, new AbortController().signal)));
    if (value !== null) return { kind: "done", value };
    return { kind: "failed", failure: { failure: "unreadable" } };
  } catch (error) {
    return { kind: "failed", failure: failureOf(error) };
  }
}

function failureOf(error: unknown): CallFailure {
  const said = readProblem(error);
  if (said) return { detail: said.detail };
  const answer = readFailure(error);
  return { failure: answer.kind === "failed" ? answer.failure : "unavailable" };
}

function readExplanation(body: unknown): ChangeExplanation | null {
  const parsed = changeExplanation.safeParse(body);
  return parsed.success ? parsed.data : null;
}

const readHealth = (body: unknown): AccountHealthView | null =>
  typeof body === "object" && body !== null && "health" in body ? readView(body.health) : null;
