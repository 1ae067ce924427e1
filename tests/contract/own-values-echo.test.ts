import {
  refKey,
  WRITE_BACK_FIELDS,
  type WriteBackField,
  writeBackValues,
  zendeskFieldValues,
} from "@bellwether/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHubspotGateway } from "../../server/src/adapters/hubspot/gateway.ts";
import { systemTime } from "../../server/src/adapters/platform/time-source.ts";
import { showsSame } from "../../server/src/services/notice-drift.ts";
import type { OutboxRow, PlatformGateway } from "../../server/src/services/ports.ts";
import { type Sandbox, startSandbox } from "../sandbox/index.ts";
import { healthResult } from "../support/health-result.ts";
import {
  httpDeps,
  hubspotConnection,
  memorySecrets,
  silentLog,
  silentMeter,
} from "../support/scripted-hubspot.ts";
import { connection, gatewayTo, NOW, oneConnection } from "../support/zendesk-stub.ts";

const ALL = { change30d: -4.5, onboardingProgress: 40, keys: WRITE_BACK_FIELDS.map(({ key }) => key) };
const EMPTY = { change30d: null, onboardingProgress: null, keys: ALL.keys };

/** A value of the field that is not `value`. */
function another({ type, options = {} }: WriteBackField, value: string): string {
  if (type === "choice") return Object.keys(options).find((name) => !value.endsWith(name)) ?? "";
  if (type === "flag") return value === "true" ? "false" : "true";
  return type === "score" || type === "number" || type === "probability" ? "0.7" : "something else";
}

describe("our own values, read back from the platform that took them", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ seed: 7, now: () => NOW, accounts: 6, retryScale: 0.01 });
  });
  afterAll(() => sandbox?.stop());

  const hubspot = (): PlatformGateway =>
    createHubspotGateway({
      ...httpDeps(sandbox.hubspotUrl),
      refresh: null,
      connections: memorySecrets({ accessToken: sandbox.hubspotAccessToken }).repository,
      clock: { now: () => NOW },
      log: silentLog,
      meter: silentMeter,
    })(hubspotConnection({ externalId: sandbox.portalId }));
  const zendesk = (): PlatformGateway => {
    const made = { ...connection, externalId: sandbox.subdomain };
    const secrets = { accessToken: sandbox.zendeskAccessToken, refreshToken: null };
    const { repository } = oneConnection(secrets, made);
    return gatewayTo(
      { origin: sandbox.zendeskUrl },
      { connections: repository, connection: made, time: systemTime, publicUrl: "http://127.0.0.1:9" },
    );
  };
  const account = () => sandbox.accounts.find((each) => each.zendeskOrganizationId !== null);

  /** Writes, and answers what each property shows after that. */
  async function roundTrip(gateway: PlatformGateway, ref: OutboxRow["ref"], values: Record<string, string>) {
    const row = { ref, values, version: 1, attempts: 0 };
    expect(await gateway.writeAccounts([row])).toEqual([{ kind: "confirmed" }]);
    const { shown = [] } = await gateway.read([ref]);
    return shown.find((each) => refKey(each.ref) === refKey(ref))?.values ?? {};
  }

  it.each([
    ["HubSpot", "with data", ALL],
    ["HubSpot", "without", EMPTY],
    ["Zendesk", "with data", ALL],
    ["Zendesk", "without", EMPTY],
  ])("are the same to %s, %s, and those of somebody else are not", async (name, _what, options) => {
    const isHubspot = name === "HubSpot";
    const gateway = isHubspot ? hubspot() : zendesk();
    await gateway.provision();
    const ref: OutboxRow["ref"] = isHubspot
      ? { platform: "hubspot", objectType: "company", id: account()?.hubspotCompanyId ?? "" }
      : { platform: "zendesk", objectType: "organization", id: account()?.zendeskOrganizationId ?? "" };
    const result = healthResult({ scoredAt: NOW.toISOString() });
    const ours = isHubspot ? writeBackValues(result, options) : zendeskFieldValues(result, options);
    const shown = await roundTrip(gateway, ref, ours);
    for (const [key, value] of Object.entries(ours))
      expect([key, value, shown[key], showsSame(key, value, shown[key] ?? "absent")]).toEqual([
        key,
        value,
        shown[key],
        true,
      ]);
    for (const field of WRITE_BACK_FIELDS.filter(({ type }) => type !== "instant"))
      expect([
        field.key,
        showsSame(field.key, ours[field.key] ?? "", another(field, ours[field.key] ?? "")),
      ]).toEqual([field.key, false]);
  });
});
