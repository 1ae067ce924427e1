import type { AccountHealthView, Problem } from "@bellwether/shared";
import { hubspot } from "@hubspot/ui-extensions";

/** What a person is told when the card has nothing to show; `requestId` finds the request in the server's log. */
export interface Failure {
  message: string;
  requestId: string | null;
}

export type HealthAnswer =
  | { kind: "view"; view: AccountHealthView }
  /** The record belongs to no account, or to none that the reader may see: the server does not say which. */
  | { kind: "not_matched" }
  | { kind: "failed"; failure: Failure };

/** The record that the card stands on, as HubSpot's context names it. */
export interface CrmRecord {
  objectTypeId: string;
  objectId: number;
}

/** HubSpot waits 15 s by default; stored scores answer within one, so a slow answer is trouble. */
const TIMEOUT_MS = 10_000;

const NO_ADDRESS =
  "This card does not know where Bellwether runs. Whoever uploaded the app needs to set API_URL in its profile.";
const NO_ANSWER = "Bellwether's server did not answer. It may be restarting; try again in a minute.";
const NOT_UNDERSTOOD =
  "Bellwether's server answered in a way that this card does not understand. The address may be wrong, or card and server are of different versions.";

/**
 * Health of the account that a record belongs to. HubSpot adds the reader's identity and signs the request.
 * @param apiUrl the profile variable `API_URL`: the server's origin, `https` and without a path
 * @returns failures as a value: a card has nobody to throw to
 */
export async function fetchAccountHealth(apiUrl: unknown, record: CrmRecord): Promise<HealthAnswer> {
  if (typeof apiUrl !== "string" || apiUrl === "") return failed(NO_ADDRESS);
  const query = `objectTypeId=${encodeURIComponent(record.objectTypeId)}&objectId=${record.objectId}`;
  const url = `${apiUrl.replace(/\/+$/, "")}/api/hubspot/account-health?${query}`;
  try {
    const response = await hubspot.fetch(url, { method: "GET", timeout: TIMEOUT_MS });
    return readAnswer(response.status, await readJson(response));
  } catch {
    // HubSpot's own error texts name its proxy, which helps nobody who looks at a record
    return failed(NO_ANSWER);
  }
}

/** `null` for a body that is not JSON, as from a proxy's error page. */
async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function readAnswer(status: number, body: unknown): HealthAnswer {
  if (status === 200) return isView(body) ? { kind: "view", view: body } : failed(NOT_UNDERSTOOD);
  if (!isProblem(body)) return failed(NOT_UNDERSTOOD);
  if (status === 404 && body.code === "not_found") return { kind: "not_matched" };
  return failed(body.detail, body.requestId);
}

const failed = (message: string, requestId: string | null = null): HealthAnswer => ({
  kind: "failed",
  failure: { message, requestId },
});

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** The server validates what it sends; this only tells it from another server's answer. */
const isView = (body: unknown): body is AccountHealthView =>
  isObject(body) && isObject(body["account"]) && isObject(body["churnRisk"]) && isObject(body["trend"]);

const isProblem = (body: unknown): body is Problem =>
  isObject(body) &&
  typeof body["code"] === "string" &&
  typeof body["detail"] === "string" &&
  typeof body["requestId"] === "string";
