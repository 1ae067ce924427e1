import type { Clock } from "../../services/ports.ts";
import { HubspotRefusal } from "./api-error.ts";
import { PATHS } from "./api-version.ts";
import type { HubspotClient } from "./client.ts";
import {
  type Pipelines,
  type PropertyDefinition,
  pipelines,
  propertyDefinitions,
  readAnswer,
} from "./crm-answers.ts";
import { HUBSPOT_OBJECTS, type HubspotObject } from "./object-types.ts";

/** Properties and pipelines are made by people: rarely, and then they want to see them used soon. */
const MAX_AGE_MS = 15 * 60_000;
/** Somebody who maps a new property may have made it a moment before. */
const MAX_AGE_OF_ABSENCE_MS = 5_000;

interface Kept {
  at: number;
  value: Promise<unknown>;
}

/** A portal's own properties and pipelines, read once in a while and shared by all its gateways in this process. */
export class PortalSchema {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * By name; `null` = the token may not read them, so that nobody can say what exists.
   * @param needed are looked for again when they were not there a while ago
   */
  async properties(
    client: HubspotClient,
    type: HubspotObject,
    needed: readonly string[] = [],
  ): Promise<Map<string, PropertyDefinition> | null> {
    const known = await this.#properties(client, type, MAX_AGE_MS);
    if (known === null || needed.every((name) => known.has(name))) return known;
    return this.#properties(client, type, MAX_AGE_OF_ABSENCE_MS);
  }

  #properties(
    client: HubspotClient,
    type: HubspotObject,
    maxAgeMs: number,
  ): Promise<Map<string, PropertyDefinition> | null> {
    return this.#once(`properties:${type}`, maxAgeMs, async () => {
      const path = PATHS.properties(HUBSPOT_OBJECTS[type].path);
      const body = await readable(client, path);
      if (body === null) return null;
      const { results } = readAnswer(propertyDefinitions, body, `GET ${path}`);
      return new Map(results.map((property) => [property.name, property]));
    });
  }

  /** Empty where the token may not read them. */
  pipelines(client: HubspotClient, type: "deal" | "ticket"): Promise<Pipelines> {
    return this.#once(`pipelines:${type}`, MAX_AGE_MS, async () => {
      const path = PATHS.pipelines(HUBSPOT_OBJECTS[type].path);
      const body = await readable(client, path);
      return body === null ? [] : readAnswer(pipelines, body, `GET ${path}`).results;
    });
  }

  /** After provisioning, when HubSpot says that a property is gone, or when an admin asks what is there now. */
  forget(): void {
    this.#kept.clear();
  }

  async #once<T>(key: string, maxAgeMs: number, read: () => Promise<T>): Promise<T> {
    const now = this.#clock.now().getTime();
    const kept = this.#kept.get(key);
    if (kept && now - kept.at < maxAgeMs) return kept.value as Promise<T>;
    const value = read();
    this.#kept.set(key, { at: now, value });
    value.catch(() => this.#kept.delete(key)); // a failure is not worth keeping; the caller sees it below
    return value;
  }
}

async function readable(client: HubspotClient, path: string): Promise<unknown> {
  try {
    return (await client.call({ method: "GET", path })).body;
  } catch (error) {
    if (isUnreadable(error)) return null;
    throw error;
  }
}

/** The token's scopes or the portal's subscription do not cover it; the rest of the portal works on. */
export const isUnreadable = (error: unknown): boolean =>
  error instanceof HubspotRefusal && (error.status === 403 || error.status === 404);
