import {
  type Platform,
  subdomain as subdomainSchema,
  type TenantId,
  tenantId as tenantIdSchema,
} from "@bellwether/shared";
import { z } from "zod";
import type { ConnectionDirectory } from "./connection-directory.ts";
import { AppError } from "./errors.ts";
import type {
  Clock,
  Connection,
  ConnectionRepository,
  JobQueue,
  OAuthPlatform,
  TenantRepository,
} from "./ports.ts";

/** Seals short texts for the browser's keeping: authenticated and encrypted, so that it can neither read nor change them. */
export interface Sealer {
  seal(text: string): string;
  /** `null` = not ours, or changed. */
  open(sealed: string): string | null;
}

export interface ConnectDeps {
  connections: ConnectionRepository;
  tenants: TenantRepository;
  directory: ConnectionDirectory;
  queue: JobQueue;
  clock: Clock;
  sealer: Sealer;
  /** `null` = its client id and secret are not configured. */
  oauth: Record<Platform, OAuthPlatform | null>;
  newTenantId(): TenantId;
  /** URL-safe random text of 256 bits. */
  newSecret(): string;
  /** base64url of SHA-256, for PKCE. */
  sha256(text: string): string;
}

const STATE_MS = 10 * 60_000;
/** How long whoever installed one platform may join the other one to the same company. */
const JOIN_MS = 60 * 60_000;
const flow = z.object({
  platform: z.enum(["hubspot", "zendesk"]),
  externalId: z.string().nullable(),
  tenantId: tenantIdSchema.nullable(),
  nonce: z.string(),
  verifier: z.string(),
  expiresAt: z.number(),
});

export interface InstallStart {
  authorizeUrl: string;
  /** To be kept by the browser alone (HttpOnly cookie): holds the verifier and binds the state to it. */
  sealedFlow: string;
}

/**
 * First half of an install. `tenant` joins the second platform to the company that installed the first one.
 * @throws {AppError} `request_invalid` for a Zendesk install without a proper subdomain, `unavailable` where the platform's OAuth client is not configured
 */
export function startInstall(
  deps: ConnectDeps,
  input: {
    platform: Platform;
    subdomain: string | undefined;
    sealedTenant: string | null;
    redirectUri: string;
  },
): InstallStart {
  const oauth = configured(deps, input.platform);
  const externalId = input.platform === "zendesk" ? parseSubdomain(input.subdomain) : null;
  const state = {
    platform: input.platform,
    externalId,
    tenantId: openTenant(deps, input.sealedTenant),
    nonce: deps.newSecret(),
    verifier: deps.newSecret(),
    expiresAt: deps.clock.now().getTime() + STATE_MS,
  };
  return {
    authorizeUrl: oauth.authorizeUrl({
      externalId,
      state: state.nonce,
      codeChallenge: deps.sha256(state.verifier),
      redirectUri: input.redirectUri,
    }),
    sealedFlow: deps.sealer.seal(JSON.stringify(state)),
  };
}

export interface Installed {
  connection: Connection;
  sealedTenant: string;
  /** Zendesk, first install: the secret for the app's settings, shown this once. A reconnect keeps the one that the app has. */
  appSecret: string | null;
}

/**
 * Second half: the code becomes tokens, the connection is stored, provisioning and the backfill begin.
 * @throws {AppError} `state_invalid` when the answer is not for the install that this browser began
 */
export async function finishInstall(
  deps: ConnectDeps,
  input: { platform: Platform; code: string; state: string; sealedFlow: string | null; redirectUri: string },
): Promise<Installed> {
  const begun = openFlow(deps, input.sealedFlow);
  if (begun?.platform !== input.platform || begun.nonce !== input.state)
    throw new AppError(
      "state_invalid",
      "This sign-in was not begun here, or too long ago. Start the install again.",
    );
  const granted = await configured(deps, input.platform).exchange({
    externalId: begun.externalId,
    code: input.code,
    codeVerifier: begun.verifier,
    redirectUri: input.redirectUri,
  });
  const existing = await deps.connections.findByExternalId(input.platform, granted.externalId);
  const tenantId =
    existing?.tenantId ?? (await tenantToJoin(deps, begun.tenantId, input.platform)) ?? deps.newTenantId();
  const kept = existing && (await deps.connections.secrets(existing.id));
  const isNewApp = input.platform === "zendesk" && !kept?.appSecret;
  const appSecret = isNewApp ? deps.newSecret() : (kept?.appSecret ?? null);
  const connection = await connect(deps, {
    connection: {
      tenantId,
      platform: input.platform,
      externalId: granted.externalId,
      mode: "oauth",
      scopes: granted.scopes,
    },
    secrets: { ...granted.secrets, webhookSecret: kept?.webhookSecret ?? null, appSecret },
  });
  return {
    connection,
    appSecret: isNewApp ? appSecret : null,
    sealedTenant: deps.sealer.seal(
      JSON.stringify({ joins: tenantId, expiresAt: deps.clock.now().getTime() + JOIN_MS }),
    ),
  };
}

/**
 * The company that this browser installed for before, if the platform is still missing there. A second portal of one
 * platform is another company's: record ids mean something within one portal only.
 */
async function tenantToJoin(
  deps: ConnectDeps,
  tenant: TenantId | null,
  platform: Platform,
): Promise<TenantId | null> {
  if (tenant === null) return null;
  const taken = (await deps.connections.list(tenant)).some((c) => c.platform === platform);
  return taken ? null : tenant;
}

/** Stores a connection and starts its provisioning and backfill; safe to repeat. */
export async function connect(
  deps: Pick<ConnectDeps, "connections" | "tenants" | "directory" | "queue" | "clock">,
  input: {
    connection: Parameters<ConnectionRepository["connect"]>[0];
    secrets: Parameters<ConnectionRepository["connect"]>[1];
  },
): Promise<Connection> {
  const at = deps.clock.now();
  const { platform, externalId, tenantId } = input.connection;
  await deps.tenants.ensure(tenantId, `${platform} ${externalId}`, at);
  const connection = await deps.connections.connect(input.connection, input.secrets, at);
  deps.directory.forget();
  await deps.queue.enqueue("provision", { connectionId: connection.id });
  await deps.queue.enqueue(connection.syncedAt === null ? "backfill" : "catch-up", {
    connectionId: connection.id,
  });
  return connection;
}

function configured(deps: ConnectDeps, platform: Platform): OAuthPlatform {
  const oauth = deps.oauth[platform];
  if (oauth === null) {
    const prefix = platform.toUpperCase();
    throw new AppError(
      "unavailable",
      `Set ${prefix}_CLIENT_ID and ${prefix}_CLIENT_SECRET to install for ${platform}.`,
    );
  }
  return oauth;
}

function parseSubdomain(text: string | undefined): string {
  const parsed = subdomainSchema.safeParse(text);
  if (!parsed.success)
    throw new AppError(
      "request_invalid",
      "subdomain: name the Zendesk account, e.g. ?subdomain=acme for acme.zendesk.com",
    );
  return parsed.data;
}

function openJson(deps: ConnectDeps, sealed: string | null): unknown {
  const text = sealed === null ? null : deps.sealer.open(sealed);
  return text === null ? null : JSON.parse(text);
}

function openFlow(deps: ConnectDeps, sealed: string | null): z.infer<typeof flow> | null {
  const parsed = flow.safeParse(openJson(deps, sealed));
  return parsed.success && parsed.data.expiresAt > deps.clock.now().getTime() ? parsed.data : null;
}

/** Named unlike anything in a flow, so that one sealed text never passes for the other. */
const joining = z.object({ joins: tenantIdSchema, expiresAt: z.number() });

function openTenant(deps: ConnectDeps, sealed: string | null): TenantId | null {
  const parsed = joining.safeParse(openJson(deps, sealed));
  return parsed.success && parsed.data.expiresAt > deps.clock.now().getTime() ? parsed.data.joins : null;
}
