import { organizationChoice, TICKET_BAND_FIELD, WRITE_BACK_FIELDS } from "@bellwether/shared";
import { z } from "zod";
import { FIELD_TYPES } from "../../src/adapters/zendesk/field-values.ts";
import { WEBHOOK_SUBSCRIPTIONS } from "../../src/adapters/zendesk/provision-webhook.ts";
import { type Finding, failure, ok, skipped, warning } from "./finding.ts";
import { checkClock, type PlatformReader, platformReader, rowsIn } from "./platform-reader.ts";
import { agoText, expiryNote, type Subject } from "./subject.ts";

const text = z.string().catch("");
const me = z.looseObject({ user: z.looseObject({ id: z.number().nullable(), role: text }) });
const option = z.looseObject({ value: text });
const field = z.looseObject({
  id: z.union([z.number().transform(String), z.string()]),
  key: text,
  type: text,
  active: z.boolean().catch(true),
  custom_field_options: z.array(option).catch([]),
});
const webhook = z.looseObject({
  id: z.string(),
  endpoint: text,
  status: text,
  subscriptions: z.array(z.string()).catch([]),
});
const secret = z.looseObject({ signing_secret: z.looseObject({ secret: z.string() }) });
/** Longer lists than this are cut; our own fields and webhooks are few. */
const PAGE = "page[size]=100";
const RECONNECT =
  "Let an admin of the Zendesk account connect it again, or set ZENDESK_ACCESS_TOKEN to a token of an admin.";
const PROVISION = "Start the server, or connect again: what is missing is made then.";

export interface ZendeskSettings {
  /** Of the account's API. */
  origin: string;
  publicUrl: string | null;
}

/** Reads and nothing else: not even a token is renewed, because that would spend the old one. */
export async function checkZendesk(
  subject: Subject,
  settings: ZendeskSettings,
  now: () => Date,
): Promise<Finding[]> {
  const name = `the account ${subject.externalId}`;
  const expiry = expiryNote(subject, now());
  if (expiry === "renewable")
    return [
      skipped("zendesk", `The access token of ${name} has run out; a running server renews it by itself.`),
    ];
  if (expiry === "lost")
    return [failure("zendesk", `The access token of ${name} has run out for good.`, RECONNECT)];
  const reader = platformReader(
    { origin: settings.origin, platformName: "Zendesk", token: subject.secrets.accessToken },
    now,
  );
  const answer = await reader.get("/api/v2/users/me.json");
  const user = me.safeParse(answer.body).data?.user;
  if (answer.status === null || answer.status >= 500)
    return [
      failure(
        "zendesk",
        `Zendesk does not answer for ${name}.`,
        `Check that this machine reaches ${settings.origin}.`,
      ),
    ];
  // whoever is not signed in gets an answer, too: a user without an id
  if (answer.status === 401 || user?.id === null)
    return [failure("zendesk", `Zendesk does not accept the token of ${name}.`, RECONNECT)];
  return [
    ok("zendesk", `Zendesk accepts the token of ${name}.`),
    ...(await checkRights(reader, subject, user?.role ?? "")),
    ...(await checkFields(reader, subject)),
    ...(await checkWebhook(reader, subject, settings, now)),
    ...checkClock("zendesk", "Zendesk", reader.skewMs()),
  ];
}

async function checkRights(reader: PlatformReader, subject: Subject, role: string): Promise<Finding[]> {
  const denied: string[] = [];
  for (const list of ["organizations", "tickets", "users"])
    if ((await reader.get(`/api/v2/${list}.json?page[size]=1`)).status === 403) denied.push(list);
  const granted = new Set(subject.scopes);
  const missing =
    subject.mode === "oauth" && granted.size > 0 ? ["read", "write"].filter((s) => !granted.has(s)) : [];
  if (denied.length > 0 || missing.length > 0)
    return [
      failure(
        "zendesk",
        `The token lacks ${missing.length > 0 ? `the scope ${missing.join(" and ")}` : `the right to read ${denied.join(", ")}`}.`,
        RECONNECT,
      ),
    ];
  if (role !== "" && role !== "admin")
    return [
      warning(
        "zendesk",
        `The token's user is ${role}, not admin: history, fields and the webhook need an admin.`,
        RECONNECT,
      ),
    ];
  return [ok("zendesk", "The token may read what is needed. Writing cannot be tried without writing.")];
}

async function checkFields(reader: PlatformReader, subject: Subject): Promise<Finding[]> {
  const [organization, ticket] = [
    await reader.get(`/api/v2/organization_fields.json?${PAGE}`),
    await reader.get(`/api/v2/ticket_fields.json?${PAGE}`),
  ];
  if (organization.status !== 200 || ticket.status !== 200)
    return [failure("zendesk", "The fields of organizations and tickets cannot be read.", RECONNECT)];
  const known = new Map(rowsIn(organization, "organization_fields", field).map((row) => [row.key, row]));
  const found: Finding[] = [];
  const gone = WRITE_BACK_FIELDS.filter(({ key }) => known.get(key)?.active !== true).map(({ key }) => key);
  if (gone.length > 0)
    found.push(
      failure("zendesk", `Organization fields are missing or switched off: ${gone.join(", ")}.`, PROVISION),
    );
  for (const { key, type, options } of WRITE_BACK_FIELDS) {
    const row = known.get(key);
    if (row === undefined) continue;
    if (row.type !== FIELD_TYPES[type])
      found.push(
        failure(
          "zendesk",
          `The organization field ${key} has the type ${row.type} instead of ${FIELD_TYPES[type]}.`,
          "Delete it in Zendesk; it is made anew at the next start.",
        ),
      );
    const values = new Set(row.custom_field_options.map(({ value }) => value));
    if (Object.keys(options ?? {}).some((value) => !values.has(organizationChoice(key, value))))
      found.push(failure("zendesk", `The organization field ${key} lacks some of its values.`, PROVISION));
  }
  const band = rowsIn(ticket, "ticket_fields", field).find((row) =>
    row.custom_field_options.some(({ value }) => value.startsWith(TICKET_BAND_FIELD.prefix)),
  );
  if (band === undefined)
    found.push(failure("zendesk", "The tickets' field with the health band is missing.", PROVISION));
  else if (subject.config?.ticketFieldId && subject.config.ticketFieldId !== band.id)
    found.push(warning("zendesk", "The tickets' field is another one than the server writes.", PROVISION));
  return found.length > 0
    ? found
    : [
        ok(
          "zendesk",
          `All ${WRITE_BACK_FIELDS.length} organization fields and the ticket field are in order.`,
        ),
      ];
}

async function checkWebhook(
  reader: PlatformReader,
  subject: Subject,
  { publicUrl }: ZendeskSettings,
  now: () => Date,
): Promise<Finding[]> {
  if (publicUrl === null || subject.id === null) return []; // the settings say what is missing
  const endpoint = new URL(`/webhooks/zendesk/${subject.id}`, publicUrl).href;
  const answer = await reader.get(`/api/v2/webhooks?${PAGE}`);
  if (answer.status !== 200) return [failure("zendesk", "The webhooks cannot be read.", RECONNECT)];
  const rows = rowsIn(answer, "webhooks", webhook);
  const ours =
    rows.find((row) => row.endpoint === endpoint) ?? rows.find((row) => row.id === subject.config?.webhookId);
  if (ours === undefined)
    return [failure("zendesk", `The webhook to ${endpoint} does not exist.`, PROVISION)];
  const found: Finding[] = [];
  if (ours.endpoint !== endpoint)
    found.push(failure("zendesk", `The webhook delivers elsewhere than to ${endpoint}.`, PROVISION));
  if (ours.status !== "active")
    found.push(
      failure(
        "zendesk",
        "The webhook is switched off.",
        "Switch it on in Zendesk (Apps and integrations, Webhooks).",
      ),
    );
  if (WEBHOOK_SUBSCRIPTIONS.some((type) => !ours.subscriptions.includes(type)))
    found.push(failure("zendesk", "The webhook does not deliver all events that are needed.", PROVISION));
  const signed = secret.safeParse((await reader.get(`/api/v2/webhooks/${ours.id}/signing_secret`)).body);
  if (!signed.success || signed.data.signing_secret.secret !== subject.secrets.webhookSecret)
    found.push(
      failure(
        "zendesk",
        "The webhook signs with another secret than the server knows: deliveries are refused.",
        PROVISION,
      ),
    );
  if (found.length > 0) return found;
  const last = subject.lastDeliveryAt;
  return [
    ok(
      "zendesk",
      `The webhook is active, delivers here and signs as the server expects${last === null ? "" : `; the newest event came ${agoText(last, now())}`}.`,
    ),
  ];
}
