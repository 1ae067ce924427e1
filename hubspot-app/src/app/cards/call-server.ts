import type { Problem } from "@bellwether/shared";
import { hubspot } from "@hubspot/ui-extensions";

/** What a person is told when something did not work; `requestId` finds the request in the server's log. */
export interface Failure {
  message: string;
  requestId: string | null;
}

/** The record that the card stands on, as HubSpot's context names it. */
export interface CrmRecord {
  objectTypeId: string;
  objectId: number;
}

/** Where the server is and which record is asked about. */
export interface ServerPlace {
  /** The profile variable `API_URL`: the server's origin, `https` and without a path. */
  apiUrl: unknown;
  record: CrmRecord;
}

export interface ServerCall {
  /** After `/api/hubspot/`. */
  path: string;
  query?: Readonly<Record<string, string>>;
  /** Present = a POST. */
  body?: Readonly<Record<string, unknown>>;
}

export type ServerAnswer =
  | { kind: "answered"; body: unknown }
  /** `code` is the server's own, `null` when the trouble is not the server's word. */
  | { kind: "failed"; code: string | null; failure: Failure };

/** HubSpot waits 15 s by default; stored scores answer within one, so a slow answer is trouble. */
const TIMEOUT_MS = 10_000;

const NO_ADDRESS =
  "This card does not know where Bellwether runs. Whoever uploaded the app needs to set API_URL in its profile.";
const NO_ANSWER = "Bellwether's server did not answer. It may be restarting; try again in a minute.";
const NOT_UNDERSTOOD =
  "Bellwether's server answered in a way that this card does not understand. The address may be wrong, or card and server are of different versions.";

/**
 * Asks the server about the account of a record. HubSpot adds the reader's identity and signs the request.
 * @returns failures as a value: a card has nobody to throw to
 */
export async function callServer(
  { apiUrl, record }: ServerPlace,
  { path, query = {}, body }: ServerCall,
): Promise<ServerAnswer> {
  if (typeof apiUrl !== "string" || apiUrl === "") return failed(NO_ADDRESS);
  const parameters = Object.entries({
    objectTypeId: record.objectTypeId,
    objectId: String(record.objectId),
    ...query,
  }).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const url = `${apiUrl.replace(/\/+$/, "")}/api/hubspot/${path}?${parameters.join("&")}`;
  const options =
    body === undefined
      ? { method: "GET" as const, timeout: TIMEOUT_MS }
      : { method: "POST" as const, timeout: TIMEOUT_MS, body };
  try {
    const response = await hubspot.fetch(url, options);
    return readAnswer(response, await readJson(response));
  } catch {
    // HubSpot's own error texts name its proxy, which helps nobody who looks at a record
    return failed(NO_ANSWER);
  }
}

export const notUnderstood = (): ServerAnswer & { kind: "failed" } => failed(NOT_UNDERSTOOD);

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** `null` for a body that is not JSON, as from a proxy's error page. */
async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function readAnswer({ status }: Response, body: unknown): ServerAnswer {
  if (status === 200 || status === 201) return { kind: "answered", body };
  if (!isProblem(body)) return notUnderstood();
  return failed(body.detail, body.requestId, body.code);
}

const failed = (
  message: string,
  requestId: string | null = null,
  code: string | null = null,
): ServerAnswer & { kind: "failed" } => ({ kind: "failed", code, failure: { message, requestId } });

const isProblem = (body: unknown): body is Problem =>
  isObject(body) &&
  typeof body["code"] === "string" &&
  typeof body["detail"] === "string" &&
  typeof body["requestId"] === "string";
