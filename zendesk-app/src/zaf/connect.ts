import type { ZafClient, ZafRegistration, ZafSdk } from "./zaf-client.ts";

/** The SDK waits for the host for ever; an agent should not. */
export const REGISTRATION_TIMEOUT_MS = 10_000;

export type ZafFailure = "sdk_missing" | "outside_zendesk" | "host_silent";
export type ZafConnection =
  | { kind: "connected"; client: ZafClient; registration: ZafRegistration }
  | { kind: "failed"; failure: ZafFailure };

/** Starts the SDK and waits until Zendesk has registered the app. Never rejects. */
export function connectToZendesk(
  sdk: ZafSdk | undefined,
  timeoutMs = REGISTRATION_TIMEOUT_MS,
): Promise<ZafConnection> {
  if (!sdk) return Promise.resolve({ kind: "failed", failure: "sdk_missing" });
  const client = sdk.init();
  if (!client) return Promise.resolve({ kind: "failed", failure: "outside_zendesk" });
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ kind: "failed", failure: "host_silent" }), timeoutMs);
    client.on("app.registered", (message) => {
      clearTimeout(timer);
      resolve({ kind: "connected", client, registration: readRegistration(message) });
    });
  });
}

function readRegistration(message: unknown): ZafRegistration {
  const { context, metadata } = (message ?? {}) as Partial<ZafRegistration>;
  return { context: context ?? { location: "" }, metadata: metadata ?? {} };
}
