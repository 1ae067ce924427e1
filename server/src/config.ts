import { subdomain } from "@bellwether/shared";
import { z } from "zod";
import { AppError } from "./services/errors.ts";

const origin = z
  .url({
    protocol: /^https?$/,
    hostname: /^[^{}]+$/,
    error: "must be an http(s) origin such as https://health.example.com",
  })
  .refine(
    // what is no address at all has been said so already
    (text) => !URL.canParse(text) || (new URL(text).pathname === "/" && !new URL(text).search),
    "must be an origin without a path",
  )
  .transform((text) => new URL(text).origin);
const key = z
  .base64()
  .refine((text) => Buffer.from(text, "base64").length === 32, "must be 32 bytes in base64");
/** `{subdomain}` is filled in per connection; tests and proxies name a fixed origin. */
const zendeskUrl = z.union([z.literal("https://{subdomain}.zendesk.com"), origin]);

const settings = z
  .object({
    PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
    PUBLIC_URL: origin.optional(),
    DATABASE_URL: z
      .string()
      .regex(/^postgres(ql)?:\/\//, "must begin with postgres:// or postgresql://")
      .optional(),
    DATA_DIR: z.string().default(".data"),
    /** Comma-separated while a key is rotated: the first encrypts, all decrypt. */
    ENCRYPTION_KEY: z
      .string()
      .transform((text) => text.split(",").map((part) => part.trim()))
      .pipe(z.array(key))
      .optional(),
    ADMIN_TOKEN: z.string().min(16, "must have at least 16 characters").optional(),
    METRICS_TOKEN: z.string().min(1).optional(),
    /** How long an event waits at most for others, so that they share calls and a recalculation. */
    COALESCING_WINDOW_MS: z.coerce.number().int().min(0).max(60_000).default(250),
    LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
    HUBSPOT_APP_ID: z.string().regex(/^\d+$/, "must be a number").optional(),
    HUBSPOT_CLIENT_ID: z.string().optional(),
    HUBSPOT_CLIENT_SECRET: z.string().optional(),
    HUBSPOT_API_URL: origin.default("https://api.hubapi.com"),
    HUBSPOT_AUTHORIZE_URL: z.url().default("https://app.hubspot.com/oauth/authorize"),
    HUBSPOT_ACCESS_TOKEN: z.string().optional(),
    HUBSPOT_PORTAL_ID: z.string().regex(/^\d+$/, "must be a number").optional(),
    ZENDESK_CLIENT_ID: z.string().optional(),
    ZENDESK_CLIENT_SECRET: z.string().optional(),
    ZENDESK_URL: zendeskUrl.default("https://{subdomain}.zendesk.com"),
    ZENDESK_SUBDOMAIN: subdomain.optional(),
    ZENDESK_ACCESS_TOKEN: z.string().optional(),
    ZENDESK_APP_SECRET: z.string().min(16, "must have at least 16 characters").optional(),
    ZENDESK_MARKETPLACE_NAME: z.string().optional(),
    ZENDESK_MARKETPLACE_ORGANIZATION_ID: z.string().optional(),
    ZENDESK_MARKETPLACE_APP_ID: z.string().optional(),
  })
  .superRefine((values, context) => {
    const need = (name: string, why: string): void =>
      context.addIssue({ code: "custom", path: [name], message: `is required ${why}` });
    if (values.DATABASE_URL && !values.ENCRYPTION_KEY) need("ENCRYPTION_KEY", "with DATABASE_URL");
    if (values.ZENDESK_ACCESS_TOKEN && !values.ZENDESK_SUBDOMAIN)
      need("ZENDESK_SUBDOMAIN", "with ZENDESK_ACCESS_TOKEN");
    if (values.HUBSPOT_CLIENT_ID && !values.HUBSPOT_CLIENT_SECRET)
      need("HUBSPOT_CLIENT_SECRET", "with HUBSPOT_CLIENT_ID");
    if (values.ZENDESK_CLIENT_ID && !values.ZENDESK_CLIENT_SECRET)
      need("ZENDESK_CLIENT_SECRET", "with ZENDESK_CLIENT_ID");
  });

export type Config = z.infer<typeof settings>;

/**
 * The one reader of the environment. An empty value counts as absent, as `.env` files write it.
 * @throws {AppError} `config_invalid`, naming every setting that is wrong and never its value
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== "" && value !== undefined),
  );
  const parsed = settings.safeParse(present);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(
    (issue) => `  ${String(issue.path[0] ?? "settings")} ${reasonOf(issue)}`,
  );
  throw new AppError("config_invalid", `The configuration is not usable:\n${lines.join("\n")}`);
}

const reasonOf = (issue: z.core.$ZodIssue): string =>
  issue.code === "invalid_union" ? "must be an http(s) origin" : issue.message;
