import type { Clock, Log } from "../../services/ports.ts";
import type { ZendeskClient } from "./client.ts";
import type { ZendeskFieldMap } from "./field-map.ts";
import type { RatingReader } from "./ratings.ts";
import type { RecordMappers } from "./record-mappers.ts";

/** Object types that have lists and exports, by the name of their resource. */
export const RESOURCES = { organization: "organizations", user: "users", ticket: "tickets" } as const;
export type ListedType = keyof typeof RESOURCES;

export interface SourceDeps {
  client: ZendeskClient;
  clock: Clock;
  log: Log;
  fieldMap: ZendeskFieldMap;
}

/** What reading by page, by id and by time share. */
export interface SourceContext extends SourceDeps {
  ratings: RatingReader;
  map: RecordMappers;
}
