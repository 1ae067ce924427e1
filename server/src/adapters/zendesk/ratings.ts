import { z } from "zod";
import { PlatformError } from "../../services/errors.ts";
import type { Log } from "../../services/ports.ts";
import type { ZendeskClient } from "./client.ts";
import { isUnsupported, listPage, type RowPage } from "./paging.ts";

/** Zendesk has two systems for satisfaction; an account uses one, or both during its move to the newer one. */
export type RatingSystem = "legacy" | "survey";

const LISTS = {
  legacy: { path: ["satisfaction_ratings"], key: "satisfaction_ratings" },
  survey: { path: ["guide", "survey_responses"], key: "survey_responses" },
} as const;

/** Read-access to both systems. An account without one of them has no ratings in it, which is not an error. */
export interface RatingReader {
  /** @param since `null` = all */
  page(system: RatingSystem, position: string | null, since: Date | null): Promise<RowPage>;
  /** `null` = no such rating. */
  one(id: string): Promise<{ system: RatingSystem; row: unknown } | null>;
  /** Survey responses to any of these tickets. */
  surveysOf(ticketIds: readonly string[]): Promise<unknown[]>;
}

/** Tickets per call; their names go into the address. */
const TICKETS_PER_CALL = 20;
const NOTHING: RowPage = { rows: [], next: null, answer: {} };

export function createRatingReader(client: ZendeskClient, log: Log): RatingReader {
  const missing = new Set<RatingSystem>();

  /** Remembers a system that is not there, so that it is asked for once. */
  async function orNothing<T>(system: RatingSystem, nothing: T, read: () => Promise<T>): Promise<T> {
    if (missing.has(system)) return nothing;
    try {
      return await read();
    } catch (error) {
      if (!isUnsupported(error) && !isRefusedFilter(error)) throw error;
      missing.add(system);
      log.info(
        { platform: "zendesk", system, reason: error instanceof Error ? error.message : "" },
        `satisfaction is not read from the ${system} system: the account does not offer it`,
      );
      return nothing;
    }
  }

  return {
    page: (system, position, since) =>
      orNothing(system, NOTHING, () =>
        listPage(client, LISTS[system].path, LISTS[system].key, position, {
          query: pageQuery(system, since),
          lane: "history",
        }),
      ),
    one: (id) => readOne(client, id),
    surveysOf: (ticketIds) =>
      orNothing("survey", [], async () => {
        const rows: unknown[] = [];
        for (let from = 0; from < ticketIds.length; from += TICKETS_PER_CALL) {
          const subjects = ticketIds.slice(from, from + TICKETS_PER_CALL).map((id) => `zen:ticket:${id}`);
          const query = { "filter[subject_zrns]": subjects.join(",") };
          rows.push(...(await listPage(client, LISTS.survey.path, LISTS.survey.key, null, { query })).rows);
        }
        return rows;
      }),
  };
}

/** Older survey endpoints refuse parameters that they do not know. */
const isRefusedFilter = (error: unknown): boolean =>
  error instanceof PlatformError && (error.status === 400 || error.status === 422);

function pageQuery(system: RatingSystem, since: Date | null): Record<string, string> {
  if (system === "legacy")
    return { score: "received", ...(since && { start_time: String(Math.floor(since.getTime() / 1000)) }) };
  // this one counts in milliseconds, as Zendesk's own example does
  return since ? { "filter[created_at_start]": String(since.getTime()) } : {};
}

/** One survey response is addressed with a language, which its numbers do not depend on; not so everywhere. */
const ONE = {
  legacy: { paths: [["satisfaction_ratings"]], key: "satisfaction_rating" },
  survey: {
    paths: [
      ["guide", "en-us", "survey_responses"],
      ["guide", "survey_responses"],
    ],
    key: "survey_response",
  },
} as const;

/** Ratings of the older system have numbers for ids, survey responses have letters too. */
async function readOne(
  client: ZendeskClient,
  id: string,
): Promise<{ system: RatingSystem; row: unknown } | null> {
  const system: RatingSystem = /^\d+$/.test(id) ? "legacy" : "survey";
  const { paths, key } = ONE[system];
  for (const path of paths) {
    try {
      const answer = await client.get([...path, id], z.looseObject({}));
      return { system, row: answer[key] ?? answer };
    } catch (error) {
      if (!isUnsupported(error)) throw error;
    }
  }
  return null;
}
