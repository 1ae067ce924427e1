import { WRITE_BACK_FIELDS } from "@bellwether/shared";
import { z } from "zod";
import { PATHS } from "../../src/adapters/hubspot/api-version.ts";
import { HUBSPOT_SCOPES } from "../../src/adapters/hubspot/oauth.ts";
import { HUBSPOT_OBJECTS } from "../../src/adapters/hubspot/object-types.ts";
import { propertyInput } from "../../src/adapters/hubspot/property-definition.ts";
import { type Finding, failure, ok, skipped, warning } from "./finding.ts";
import { type Answer, checkClock, type PlatformReader, platformReader, rowsIn } from "./platform-reader.ts";
import { agoText, expiryNote, type Subject } from "./subject.ts";

/** What is read, the scope that it needs, and what is missing without it. */
const PROBES = [
  [HUBSPOT_OBJECTS.contact.path, "crm.objects.contacts.read", "contacts"],
  [HUBSPOT_OBJECTS.deal.path, "crm.objects.deals.read", "deals"],
  [HUBSPOT_OBJECTS.ticket.path, "tickets", "tickets"],
] as const;
const COMPANIES = HUBSPOT_OBJECTS.company.path;
const property = z.object({ name: z.string(), type: z.string().optional() });

export interface HubspotSettings {
  apiUrl: string;
  publicUrl: string | null;
  hasClientSecret: boolean;
}

/** Reads and nothing else: not even a token is renewed, because that would spend the old one. */
export async function checkHubspot(
  subject: Subject,
  settings: HubspotSettings,
  now: () => Date,
): Promise<Finding[]> {
  const name = `portal ${subject.externalId ?? "of HUBSPOT_ACCESS_TOKEN"}`;
  const webhooks = checkWebhooks(subject, name, settings, now);
  const expiry = expiryNote(subject, now());
  if (expiry !== null)
    return [
      expiry === "renewable"
        ? skipped("hubspot", `The access token of ${name} has run out; a running server renews it by itself.`)
        : failure("hubspot", `The access token of ${name} has run out for good.`, "Connect it again."),
      ...webhooks,
    ];
  const reader = platformReader(
    { origin: settings.apiUrl, platformName: "HubSpot", token: subject.secrets.accessToken },
    now,
  );
  const first = await reader.get(`${PATHS.objects(COMPANIES)}?limit=1`);
  if (first.status === 401)
    return [
      failure(
        "hubspot",
        `HubSpot does not accept the token of ${name}.`,
        subject.mode === "token"
          ? "Copy the access token of your private app (Settings, Integrations, Private Apps, Auth) to HUBSPOT_ACCESS_TOKEN and start again."
          : "Connect the portal again; the app may have been uninstalled.",
      ),
      ...webhooks,
    ];
  if (isAway(first))
    return [
      failure(
        "hubspot",
        `HubSpot does not answer for ${name}.`,
        `Check that this machine reaches ${settings.apiUrl}.`,
      ),
    ];
  return [
    ok("hubspot", `HubSpot accepts the token of ${name}.`),
    ...(await checkScopes(reader, subject, first)),
    ...(await checkProperties(reader, subject)),
    ...webhooks,
    ...checkClock("hubspot", "HubSpot", reader.skewMs()),
  ];
}

const isAway = ({ status }: Answer): boolean => status === null || status >= 500;

async function checkScopes(reader: PlatformReader, subject: Subject, companies: Answer): Promise<Finding[]> {
  const missing: string[] = companies.status === 403 ? ["crm.objects.companies.read"] : [];
  for (const [path, scope] of PROBES)
    if ((await reader.get(`${PATHS.objects(path)}?limit=1`)).status === 403) missing.push(scope);
  if (subject.mode === "oauth" && subject.scopes.length > 0)
    for (const scope of HUBSPOT_SCOPES)
      if (!subject.scopes.includes(scope) && !missing.includes(scope)) missing.push(scope);
  if (missing.length > 0)
    return [
      failure(
        "hubspot",
        `The token lacks ${missing.length === 1 ? "the scope" : "the scopes"} ${missing.join(", ")}.`,
        subject.mode === "token"
          ? "Add them to your private app in HubSpot (Scopes); the token stays the same."
          : "Connect the portal again and agree to all scopes.",
      ),
    ];
  return [
    ok(
      "hubspot",
      subject.mode === "oauth"
        ? "All scopes are granted."
        : "The scopes for reading are granted. Those for writing cannot be tried without writing: they are crm.objects.companies.write and crm.schemas.companies.write.",
    ),
  ];
}

async function checkProperties(reader: PlatformReader, { config }: Subject): Promise<Finding[]> {
  const answer = await reader.get(PATHS.properties(COMPANIES));
  if (answer.status !== 200) return [skipped("hubspot", "The company properties cannot be read.")];
  const known = new Map(rowsIn(answer, "results", property).map(({ name, type }) => [name, type]));
  const wanted = WRITE_BACK_FIELDS.map(propertyInput);
  const gone = wanted.filter(({ name }) => !known.has(name)).map(({ name }) => name);
  const wrong = wanted.filter(({ name, type }) => (known.get(name) ?? type) !== type);
  const unmapped = Object.values(config?.fieldMap ?? {}).filter((name) => !known.has(name));
  const found: Finding[] = [];
  if (gone.length > 0)
    found.push(
      failure(
        "hubspot",
        `${gone.length} of our ${wanted.length} company properties do not exist: ${gone.join(", ")}.`,
        "Start the server, or connect again: missing properties are made then.",
      ),
    );
  for (const { name, type } of wrong)
    found.push(
      failure(
        "hubspot",
        `The company property ${name} has the type ${known.get(name)} instead of ${type}.`,
        "Delete or rename it in HubSpot; it is made anew at the next start.",
      ),
    );
  if (unmapped.length > 0)
    found.push(
      warning(
        "hubspot",
        `Mapped company properties do not exist: ${unmapped.join(", ")}.`,
        "Choose others in the field map (PUT /api/v1/field-map).",
      ),
    );
  return found.length > 0 ? found : [ok("hubspot", `All ${wanted.length} company properties are in order.`)];
}

/** HubSpot tells nobody which subscriptions an app has; what can be seen from here is whether they deliver. */
function checkWebhooks(
  { lastDeliveryAt }: Subject,
  name: string,
  { publicUrl, hasClientSecret }: HubspotSettings,
  now: () => Date,
): Finding[] {
  if (!hasClientSecret || publicUrl === null) return []; // the settings say what is missing
  const look = `In HubSpot, the app's webhooks have to deliver to ${publicUrl}/webhooks/hubspot, with its subscriptions active (docs/operations.md, "Webhooks").`;
  if (lastDeliveryAt !== null)
    return [ok("hubspot", `The newest webhook of ${name} came ${agoText(lastDeliveryAt, now())}. ${look}`)];
  return [
    warning("hubspot", `No webhook of ${name} has come yet; HubSpot does not say which ones it sends.`, look),
  ];
}
