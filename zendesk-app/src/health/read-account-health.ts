import { within } from "../zaf/within.ts";
import type { ZafClient, ZafRegistration } from "../zaf/zaf-client.ts";
import { accountApi } from "./account-api.ts";
import { readAnswer, readFailure } from "./health-answer.ts";
import type { HealthAnswer } from "./health-reader.ts";
import { type Asker, accountRequest, PATIENCE_MS, readApiUrl } from "./health-request.ts";
import { type Sidebar, SUBJECT_PATHS, type Subject, subjectsOf } from "./subject.ts";

/** Zendesk answers reads from its own page; more than this means that it never will. */
const HOST_TIMEOUT_MS = 8_000;

export interface ReadRequest {
  client: ZafClient;
  registration: ZafRegistration;
  sidebar: Sidebar;
  isRequesterUnsaved: boolean;
  signal: AbortSignal;
}

/**
 * Reads the health of the customer whose record is on the screen.
 * @throws the signal's reason when it is aborted; every other trouble is an answer
 */
export async function readAccountHealth(request: ReadRequest): Promise<HealthAnswer> {
  const { client, registration, sidebar, isRequesterUnsaved, signal } = request;
  const apiUrl = readApiUrl(registration.metadata.settings?.["api_url"]);
  if (!apiUrl) return { kind: "failed", failure: "settings_invalid" };
  const paths = [...SUBJECT_PATHS[sidebar], "currentUser.id", "currentAccount.subdomain"];
  const values = await readRecord(client, paths, signal);
  if (!values) return { kind: "failed", failure: "host_silent" };
  const asker = {
    subdomain: registration.context.account?.subdomain ?? text(values["currentAccount.subdomain"]),
    userId: text(values["currentUser.id"]),
  };
  const ask = (subject: Subject) => askServer(client, apiUrl, subject, asker, signal);
  return firstMatch(subjectsOf(sidebar, values, isRequesterUnsaved), ask);
}

/** @returns `null` when Zendesk does not answer */
async function readRecord(
  client: ZafClient,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Record<string, unknown> | null> {
  try {
    const values = await within(client.get(paths), HOST_TIMEOUT_MS, signal);
    // A release of the SDK resolves with its own TimeoutError instead of rejecting; an answer has paths or errors.
    return "errors" in values || paths.some((path) => path in values) ? values : null;
  } catch (error) {
    if (signal.aborted) throw error;
    return null;
  }
}

async function firstMatch(
  subjects: readonly Subject[],
  ask: (subject: Subject) => Promise<HealthAnswer>,
): Promise<HealthAnswer> {
  for (const subject of subjects) {
    const answer = await ask(subject);
    if (answer.kind !== "not_matched") return answer;
  }
  return { kind: "not_matched" };
}

async function askServer(
  client: ZafClient,
  apiUrl: string,
  subject: Subject,
  asker: Asker,
  signal: AbortSignal,
): Promise<HealthAnswer> {
  try {
    const place = { apiUrl, subject, asker };
    const call = client.request(accountRequest(place, { path: "account-health" }));
    const answer = readAnswer(await within(call, PATIENCE_MS, signal));
    return answer.kind === "ready" ? { ...answer, api: accountApi(client, place) } : answer;
  } catch (error) {
    if (signal.aborted) throw error;
    return readFailure(error);
  }
}

const text = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";
