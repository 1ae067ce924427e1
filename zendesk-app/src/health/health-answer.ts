import { type AccountHealthView, accountHealthView, type Problem, problem } from "@bellwether/shared";
import { TimedOut } from "../zaf/within.ts";

/** Why no health can be shown; each has its own sentence and remedy. */
export type ReadFailure =
  | "host_silent"
  | "settings_invalid"
  | "unauthorized"
  | "timeout"
  | "unavailable"
  | "unreadable";

export type ViewAnswer =
  | { kind: "ready"; view: AccountHealthView }
  | { kind: "not_matched" }
  | { kind: "failed"; failure: ReadFailure };

/** What a server of an earlier version does not send yet. */
const ABSENT = {
  redFlags: [],
  override: null,
  corrections: [],
  counterfactual: null,
  lost: null,
  may: { correct: false, override: false },
} satisfies Partial<AccountHealthView>;

/** The proxy hands over parsed JSON or its text, depending on the headers that reach it. */
export const readBody = (body: unknown): unknown => (typeof body === "string" ? parseJson(body) : body);

export function readAnswer(body: unknown): ViewAnswer {
  const view = readView(readBody(body));
  return view ? { kind: "ready", view } : { kind: "failed", failure: "unreadable" };
}

/** @returns `null` for anything but a view */
export function readView(body: unknown): AccountHealthView | null {
  if (typeof body !== "object" || body === null) return null;
  const parsed = accountHealthView.safeParse({ ...ABSENT, ...withEvidence(body) });
  return parsed.success ? parsed.data : null;
}

function withEvidence(body: object): object {
  const contributions = "contributions" in body ? body.contributions : undefined;
  if (!Array.isArray(contributions)) return body;
  return {
    ...body,
    contributions: contributions.map((contribution: unknown) =>
      typeof contribution === "object" ? { evidence: [], ...contribution } : contribution,
    ),
  };
}

/** @param error what `client.request` rejected with: `{status, responseText, responseJSON}`, or something of the SDK */
export function readFailure(error: unknown): Exclude<ViewAnswer, { kind: "ready" }> {
  if (error instanceof TimedOut) return { kind: "failed", failure: "timeout" };
  const { status } = (error ?? {}) as Record<string, unknown>;
  // Only our server's own 404 says that the customer is unknown; any other comes from a wrong address.
  if (status === 404) {
    return readProblem(error) ? { kind: "not_matched" } : { kind: "failed", failure: "settings_invalid" };
  }
  if (status === 401 || status === 403) return { kind: "failed", failure: "unauthorized" };
  return { kind: "failed", failure: status === 408 ? "timeout" : "unavailable" };
}

/** @returns the server's own words about a failure; `null` when they are not its */
export function readProblem(error: unknown): Problem | null {
  const { responseJSON, responseText } = (error ?? {}) as Record<string, unknown>;
  const said = problem.safeParse(responseJSON ?? parseJson(String(responseText ?? "")));
  return said.success ? said.data : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // e.g. the page of a proxy between: the schema refuses it
  }
}
