import { z } from "zod";

/*
 * What HubSpot's platform 2026.03 takes in component files, as far as this project uses it. HubSpot's own schemas
 * can only be downloaded with an account; these are written from its documentation and refuse unknown keys.
 * Profile variables (`${API_URL}`) have to be filled in before.
 */

const uid = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/);
/** Path from the source folder. */
const sourcePath = (pattern: RegExp) => z.string().regex(pattern);
/** HTTPS and nothing but an origin: HubSpot matches by prefix, so a shorter one would permit more. */
const origin = z
  .url({ protocol: /^https$/ })
  .refine((url) => new URL(url).origin === url, "is not an origin");
const httpsUrl = z.url({ protocol: /^https$/ });
const redirectUrl = z.union([httpsUrl, z.url({ protocol: /^http$/, hostname: /^localhost$/ })]);
const noOuterSpace = (value: string): boolean => value.trim() === value;

const scope = z.string().regex(/^[a-z][a-z_.-]+$/);
const app = z.strictObject({
  uid,
  type: z.literal("app"),
  config: z.strictObject({
    name: z.string().min(1).max(200).refine(noOuterSpace, "has spaces around it"),
    description: z.string().min(1).max(8192),
    logo: sourcePath(/^\/app\/[\w-]+\.(png|jpe?g|gif)$/),
    distribution: z.literal("marketplace"),
    auth: z.strictObject({
      type: z.literal("oauth"),
      redirectUrls: z.array(redirectUrl).min(1),
      requiredScopes: z.array(scope).min(1),
      optionalScopes: z.array(scope),
      conditionallyRequiredScopes: z.array(scope),
    }),
    permittedUrls: z.strictObject({ fetch: z.array(origin), iframe: z.array(origin), img: z.array(origin) }),
    support: z.strictObject({
      supportEmail: z.email(),
      documentationUrl: httpsUrl,
      supportUrl: httpsUrl.optional(),
      supportPhone: z.string().optional(),
    }),
  }),
});

const objectTypes = z.enum(["contacts", "companies", "deals", "tickets"]);
const cardConfig = z.strictObject({
  name: z.string().min(1).max(200),
  description: z.string().min(1).max(8192),
  entrypoint: sourcePath(/^\/app\/cards\/[A-Z]\w+\.tsx$/),
  location: z.enum(["crm.record.tab", "crm.record.sidebar", "crm.preview", "helpdesk.sidebar"]),
  objectTypes: z.array(objectTypes).min(1),
  previewImage: z.strictObject({ file: z.string(), altText: z.string() }).optional(),
});
const card = z.strictObject({
  uid,
  type: z.literal("card"),
  config: cardConfig.refine(
    ({ location, objectTypes: types }) => location !== "helpdesk.sidebar" || types.join() === "tickets",
    "the help desk has tickets only",
  ),
});

const subscribedObject = z.enum(["company", "contact", "deal", "ticket"]);
const recordEvent = z.strictObject({
  subscriptionType: z.enum([
    "object.creation",
    "object.deletion",
    "object.restore",
    "object.merge",
    "object.associationChange",
  ]),
  objectType: subscribedObject,
  active: z.boolean(),
});
/** HubSpot does not deliver changes of these. */
const UNSUBSCRIBABLE = ["num_unique_conversion_events", "hs_lastmodifieddate", "lastmodifieddate"];
const propertyEvent = z.strictObject({
  subscriptionType: z.literal("object.propertyChange"),
  objectType: subscribedObject,
  propertyName: z
    .string()
    .regex(/^[a-z][a-z0-9_]*$/)
    .refine((name) => !UNSUBSCRIBABLE.includes(name), "cannot be subscribed to"),
  active: z.boolean(),
});
const webhooks = z.strictObject({
  uid,
  type: z.literal("webhooks"),
  config: z.strictObject({
    settings: z.strictObject({ targetUrl: httpsUrl, maxConcurrentRequests: z.int().min(6) }),
    subscriptions: z.strictObject({
      crmObjects: z.array(z.discriminatedUnion("subscriptionType", [recordEvent, propertyEvent])).max(1000),
      // the older names of the same events: with both, every change would arrive twice
      legacyCrmObjects: z.array(z.never()),
      hubEvents: z.array(
        z.strictObject({ subscriptionType: z.literal("contact.privacyDeletion"), active: z.boolean() }),
      ),
    }),
  }),
});

export const componentFile = z.discriminatedUnion("type", [app, card, webhooks]);
export type ComponentFile = z.infer<typeof componentFile>;
export type AppFile = z.infer<typeof app>;
export type CardFile = z.infer<typeof card>;
export type WebhooksFile = z.infer<typeof webhooks>;

export const projectFile = z.strictObject({
  name: z.string().min(1),
  srcDir: z.literal("src"),
  platformVersion: z.literal("2026.03"),
});
export const profileFile = z.strictObject({
  accountId: z.int().nonnegative(),
  variables: z.record(z.string().regex(/^[A-Z_]+$/), z.string()),
});
