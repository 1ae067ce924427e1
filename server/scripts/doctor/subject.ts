import type { ConnectionConfig, ConnectionSecrets } from "../../src/services/ports.ts";

/** A connection to look at: from the database, or, where that cannot be read, from the environment. */
export interface Subject {
  platform: "hubspot" | "zendesk";
  /** `null` when it is only in the environment and not connected yet. */
  id: string | null;
  /** Portal id or subdomain; `null` = not known yet. */
  externalId: string | null;
  mode: "oauth" | "token";
  scopes: readonly string[];
  config: ConnectionConfig | null;
  secrets: ConnectionSecrets;
  /** When its newest delivery came; `null` = never, or not known. */
  lastDeliveryAt: Date | null;
}

/** What is said of its access token before it is tried; `null` = nothing. */
export function expiryNote({ mode, secrets }: Subject, now: Date): "renewable" | "lost" | null {
  if (mode === "token" || secrets.expiresAt === null || secrets.expiresAt > now) return null;
  return secrets.refreshToken === null ? "lost" : "renewable";
}

export function agoText(at: Date, now: Date): string {
  const minutes = Math.round((now.getTime() - at.getTime()) / 60_000);
  if (minutes < 120) return `${minutes} minutes ago`;
  return minutes < 48 * 60
    ? `${Math.round(minutes / 60)} hours ago`
    : `${Math.round(minutes / 1440)} days ago`;
}
