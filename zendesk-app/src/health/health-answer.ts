import { type AccountHealthView, accountHealthView, problem } from "@bellwether/shared";
import { TimedOut } from "../zaf/within.ts";

/** Why no health can be shown; each has its own sentence and remedy. */
export type ReadFailure =
  | "host_silent"
  | "settings_invalid"
  | "unauthorized"
  | "timeout"
  | "unavailable"
  | "unreadable";

export type HealthAnswer =
  | { kind: "ready"; view: AccountHealthView }
  | { kind: "not_matched" }
  | { kind: "failed"; failure: ReadFailure };

/** The proxy hands over parsed JSON or its text, depending on the headers that reach it. */
export function readAnswer(body: unknown): HealthAnswer {
  const parsed = accountHealthView.safeParse(typeof body === "string" ? parseJson(body) : body);
  return parsed.success ? { kind: "ready", view: parsed.data } : { kind: "failed", failure: "unreadable" };
}

/** @param error what `client.request` rejected with: `{status, responseText, responseJSON}`, or something of the SDK */
export function readFailure(error: unknown): HealthAnswer {
  if (error instanceof TimedOut) return { kind: "failed", failure: "timeout" };
  const { status, responseJSON, responseText } = (error ?? {}) as Record<string, unknown>;
  // Only our server's own 404 says that the customer is unknown; any other comes from a wrong address.
  if (status === 404) {
    const said = problem.safeParse(responseJSON ?? parseJson(String(responseText ?? "")));
    return said.success ? { kind: "not_matched" } : { kind: "failed", failure: "settings_invalid" };
  }
  if (status === 401 || status === 403) return { kind: "failed", failure: "unauthorized" };
  return { kind: "failed", failure: status === 408 ? "timeout" : "unavailable" };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // e.g. the page of a proxy between: the schema refuses it
  }
}
