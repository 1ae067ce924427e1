import { type Config, readConfig } from "../../src/config.ts";
import { AppError } from "../../src/services/errors.ts";
import { type Finding, failure, ok, warning } from "./finding.ts";

/** What each setting is for, and what is shut without it; secrets are never shown. */
export const SETTINGS: Record<keyof Config, { about: string; isSecret?: true }> = {
  PORT: { about: "where the server listens" },
  PUBLIC_URL: { about: "where HubSpot and Zendesk reach the server" },
  DATABASE_URL: { about: "the PostgreSQL server; without it the database is embedded", isSecret: true },
  DATA_DIR: { about: "folder of the embedded database" },
  ENCRYPTION_KEY: { about: "seals the stored tokens", isSecret: true },
  ADMIN_TOKEN: { about: "opens /api/v1 with the admin role", isSecret: true },
  METRICS_TOKEN: { about: "closes /metrics to everyone else", isSecret: true },
  COALESCING_WINDOW_MS: { about: "how long an event waits for others, so that they share calls" },
  LOG_LEVEL: { about: "how much is logged" },
  HUBSPOT_APP_ID: { about: "id of the HubSpot app" },
  HUBSPOT_CLIENT_ID: { about: "lets HubSpot accounts connect over OAuth" },
  HUBSPOT_CLIENT_SECRET: { about: "verifies HubSpot's webhooks and the cards' requests", isSecret: true },
  HUBSPOT_API_URL: { about: "HubSpot's API" },
  HUBSPOT_AUTHORIZE_URL: { about: "HubSpot's page of consent" },
  HUBSPOT_ACCESS_TOKEN: { about: "connects one HubSpot account without OAuth", isSecret: true },
  HUBSPOT_PORTAL_ID: { about: "portal of that token; looked up when it is not given" },
  ZENDESK_CLIENT_ID: { about: "lets Zendesk accounts connect over OAuth" },
  ZENDESK_CLIENT_SECRET: { about: "proves the Zendesk OAuth client", isSecret: true },
  ZENDESK_URL: { about: "Zendesk's API" },
  ZENDESK_SUBDOMAIN: { about: "Zendesk account of the access token" },
  ZENDESK_ACCESS_TOKEN: { about: "connects one Zendesk account without OAuth", isSecret: true },
  ZENDESK_APP_SECRET: { about: "signs the Zendesk app's requests", isSecret: true },
  ZENDESK_MARKETPLACE_NAME: { about: "header of marketplace apps" },
  ZENDESK_MARKETPLACE_ORGANIZATION_ID: { about: "header of marketplace apps" },
  ZENDESK_MARKETPLACE_APP_ID: { about: "header of marketplace apps" },
};

/** @returns the configuration where it can be used, and what there is to say about it */
export function checkSettings(environment: Readonly<Record<string, string | undefined>>): {
  config: Config | null;
  findings: Finding[];
} {
  try {
    const config = readConfig(environment);
    return { config, findings: [...listed(config), ...consequences(config)] };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const advice = "Correct it in .env or in the environment; .env.example describes every setting.";
    return { config: null, findings: [failure("settings", error.message, advice)] };
  }
}

const listed = (config: Config): Finding[] =>
  (Object.keys(SETTINGS) as (keyof Config)[]).map((name) => {
    const { about, isSecret } = SETTINGS[name];
    const value = config[name];
    const shown = value === undefined ? "not set" : isSecret ? "set" : String(value);
    return ok("settings", `${name} (${about}): ${shown}`);
  });

/** What does not work, or not for everybody, with these settings. */
function consequences(config: Config): Finding[] {
  const found: Finding[] = [];
  const add = (isMissing: boolean, message: string, advice: string): void => {
    if (isMissing) found.push(warning("settings", message, advice));
  };
  const { PUBLIC_URL: url } = config;
  const hasHubspot = Boolean(config.HUBSPOT_ACCESS_TOKEN ?? config.HUBSPOT_CLIENT_ID);
  const hasZendesk = Boolean(config.ZENDESK_ACCESS_TOKEN ?? config.ZENDESK_CLIENT_ID);
  add(
    !hasHubspot && !hasZendesk,
    "Neither HubSpot nor Zendesk can be connected.",
    "Set HUBSPOT_ACCESS_TOKEN or ZENDESK_ACCESS_TOKEN for one company, or the OAuth client of either platform.",
  );
  add(
    url === undefined,
    "Webhooks from HubSpot and Zendesk cannot arrive: nobody outside knows this server.",
    "Set PUBLIC_URL to the https address under which this server is reached.",
  );
  add(
    url?.startsWith("http://") === true,
    `PUBLIC_URL is ${url}; HubSpot and Zendesk deliver to https only.`,
    "Put a proxy with a certificate in front and set PUBLIC_URL to its https address.",
  );
  add(
    hasHubspot && config.HUBSPOT_CLIENT_SECRET === undefined,
    "HubSpot's webhooks and cards are refused: nothing to verify their signatures with.",
    "Set HUBSPOT_CLIENT_SECRET to the client secret of the app that sends them.",
  );
  add(
    config.ZENDESK_ACCESS_TOKEN !== undefined && config.ZENDESK_APP_SECRET === undefined,
    "The Zendesk app's requests are refused: no secret to verify them with.",
    "Set ZENDESK_APP_SECRET and put the same text into the app's setting app_secret.",
  );
  add(
    config.ADMIN_TOKEN === undefined,
    "Nobody can use /api/v1 until a token is made.",
    "Set ADMIN_TOKEN to a long random text.",
  );
  add(
    config.METRICS_TOKEN === undefined,
    "Anyone who reaches the server can read /metrics; it holds counts, no names.",
    "Set METRICS_TOKEN, or let the proxy close /metrics.",
  );
  add(
    config.DATABASE_URL === undefined,
    "The embedded database is in use: one process only, and not safe against a power cut.",
    "Set DATABASE_URL to a PostgreSQL server before others rely on this.",
  );
  return found;
}
