import type { Sandbox } from "../sandbox/index.ts";
import { eventually } from "./eventually.ts";

export { newEmptyStorage, newStorage, type Storage, storageKinds } from "./storage.ts";

export const ADMIN_TOKEN = "admin-token-for-tests";
export const APP_SECRET = "zendesk-app-secret-for-tests";

/** One-company mode against the sandbox. */
export const oneCompany = (sandbox: Sandbox, port: number): Record<string, string> => ({
  PUBLIC_URL: `http://127.0.0.1:${port}`,
  ADMIN_TOKEN,
  HUBSPOT_API_URL: sandbox.hubspotUrl,
  HUBSPOT_ACCESS_TOKEN: sandbox.hubspotAccessToken,
  HUBSPOT_CLIENT_SECRET: sandbox.hubspotClientSecret,
  ZENDESK_URL: sandbox.zendeskUrl,
  ZENDESK_SUBDOMAIN: sandbox.subdomain,
  ZENDESK_ACCESS_TOKEN: sandbox.zendeskAccessToken,
  ZENDESK_APP_SECRET: APP_SECRET,
});

/** Installs over OAuth against the sandbox, without tokens from the environment. */
export const oauthApp = (sandbox: Sandbox, port: number): Record<string, string> => ({
  PUBLIC_URL: `http://127.0.0.1:${port}`,
  ADMIN_TOKEN,
  HUBSPOT_API_URL: sandbox.hubspotUrl,
  HUBSPOT_AUTHORIZE_URL: `${sandbox.hubspotUrl}/oauth/authorize`,
  HUBSPOT_CLIENT_ID: sandbox.hubspotClientId,
  HUBSPOT_CLIENT_SECRET: sandbox.hubspotClientSecret,
  ZENDESK_URL: sandbox.zendeskUrl,
  ZENDESK_CLIENT_ID: sandbox.zendeskClientId,
  ZENDESK_CLIENT_SECRET: sandbox.zendeskClientSecret,
});

export interface ListedAccount {
  id: string;
  name: string;
  healthScore: number | null;
  band: string | null;
  scoredAt: string | null;
  links: { ref: { platform: string; objectType: string; id: string }; rule: string }[];
}

/** Reads `/api/v1` as an admin. */
export async function adminGet<T>(url: string, path: string): Promise<T> {
  const answer = await fetch(`${url}/api/v1${path}`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

export const listAccounts = async (url: string): Promise<ListedAccount[]> =>
  (await adminGet<{ accounts: ListedAccount[] }>(url, "/accounts?limit=500")).accounts;

/** All history is read and every account has been scored. */
export async function untilScored(url: string, timeoutMs = 60_000): Promise<ListedAccount[]> {
  return eventually(async () => {
    const { connections } = await adminGet<{ connections: { isDone: boolean }[] }>(url, "/backfill");
    if (connections.length === 0 || connections.some((c) => !c.isDone))
      throw new Error("history is still being read");
    const accounts = await listAccounts(url);
    const waiting = accounts.filter((account) => account.scoredAt === null);
    if (accounts.length === 0 || waiting.length > 0)
      throw new Error(`${waiting.length} accounts are not scored yet`);
    return accounts;
  }, timeoutMs);
}
