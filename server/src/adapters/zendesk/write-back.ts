import { PlatformError } from "../../services/errors.ts";
import type { OutboxRow, WriteOutcome } from "../../services/ports.ts";
import { type FieldValue, fieldValues, showsValue } from "./field-values.ts";
import { type ItemFate, type JobDeps, jobAnswer, runJob } from "./jobs.ts";
import { isGone, ticketStatus } from "./map-records.ts";
import { organizationRow, readRows, type TicketRow, ticketRow } from "./rest-rows.ts";
import { showMany } from "./show-many.ts";

export interface WriteDeps extends JobDeps {
  /** Numeric id of our ticket drop-down; `null` = not set up yet. */
  ticketFieldId: () => Promise<string | null>;
}

/** Records in one bulk call. */
const BULK = 100;
const chunks = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / BULK) }, (_, n) => items.slice(n * BULK, (n + 1) * BULK));

const CONFIRMED: WriteOutcome = { kind: "confirmed" };
const dropped = (reason: string): WriteOutcome => ({ kind: "dropped", reason });
const failed = (reason: string): WriteOutcome => ({ kind: "failed", reason });

/** Outcomes by record id, in the order of the rows. */
const inOrder = (rows: readonly OutboxRow[], outcomes: ReadonlyMap<string, WriteOutcome>): WriteOutcome[] =>
  rows.map((row) => outcomes.get(row.ref.id) ?? failed("no answer for this record"));

// ------------------------------------------------------------------------------------------------ organizations

interface OrganizationWrite {
  id: string;
  organization_fields: Record<string, FieldValue>;
}

/** @throws {PlatformError} when nothing can be said about any row: no rights, no connection, too many calls */
export async function writeOrganizations(
  deps: WriteDeps,
  rows: readonly OutboxRow[],
): Promise<WriteOutcome[]> {
  const outcomes = new Map<string, WriteOutcome>();
  const writes = rows.map((row) => ({ id: row.ref.id, organization_fields: fieldValues(row.values) }));
  for (const chunk of chunks(writes)) {
    const fates = await updateOrganizations(deps, chunk);
    const open = chunk.filter((write) => fates.get(write.id)?.kind !== "done");
    for (const write of chunk) outcomes.set(write.id, CONFIRMED);
    for (const [id, outcome] of await settleOrganizations(deps, open, fates)) outcomes.set(id, outcome);
  }
  return inOrder(rows, outcomes);
}

/** Statuses that speak of what was sent; others concern the whole connection and are thrown. */
const BLAMES_CONTENT: ReadonlySet<number | null> = new Set([400, 413, 422]);
/** More bad records than this in one call have one cause; the rest waits for its next turn. */
const MAX_SINGLED_OUT = 3;

/**
 * One job for all. Where Zendesk refuses the whole call for one record's sake, halves are sent: each step clears one
 * half, so that the record stands alone after log2 of them, and the rest goes out together.
 */
async function updateOrganizations(
  deps: WriteDeps,
  writes: readonly OrganizationWrite[],
): Promise<Map<string, ItemFate>> {
  const fates = new Map<string, ItemFate>();
  const send = async (some: readonly OrganizationWrite[]): Promise<string | null> => {
    try {
      for (const [id, fate] of await startOrganizationJob(deps, some)) fates.set(id, fate);
      return null;
    } catch (error) {
      if (error instanceof PlatformError && BLAMES_CONTENT.has(error.status)) return error.message;
      throw error;
    }
  };
  let open = [...writes];
  for (let found = 0; open.length > 0 && found < MAX_SINGLED_OUT; found += 1) {
    let reason = await send(open);
    if (reason === null) break;
    let suspects = open;
    const cleared: OrganizationWrite[] = [];
    while (suspects.length > 1) {
      const half = suspects.slice(0, Math.ceil(suspects.length / 2));
      const rest = suspects.slice(half.length);
      const refusal = await send(half);
      reason = refusal ?? reason;
      if (refusal !== null) cleared.push(...rest);
      suspects = refusal === null ? rest : half;
    }
    for (const { id } of suspects) fates.set(id, { kind: "refused", reason });
    open = cleared;
  }
  return fates;
}

const startOrganizationJob = (deps: WriteDeps, writes: readonly OrganizationWrite[]) =>
  runJob(
    deps,
    writes.map((write) => write.id),
    () =>
      deps.client.put(
        ["organizations", "update_many"],
        { organizations: writes.map((write) => ({ ...write, id: Number(write.id) })) },
        jobAnswer,
      ),
  );

/** Looks at the organizations whose fate the job did not tell, or told to be bad. */
async function settleOrganizations(
  deps: WriteDeps,
  writes: readonly OrganizationWrite[],
  fates: ReadonlyMap<string, ItemFate>,
): Promise<Map<string, WriteOutcome>> {
  const pages = await showMany(
    deps.client,
    "organizations",
    writes.map((write) => write.id),
  );
  const shown = new Map(
    pages.flatMap((page) => readRows(organizationRow, page.rows).rows.map((row) => [row.id, row] as const)),
  );
  return new Map(
    writes.map(({ id, organization_fields: wanted }) => {
      const row = shown.get(id);
      if (!row || row.deleted_at !== null) return [id, dropped("the organization no longer exists")];
      const current = row.organization_fields;
      const isShown = Object.entries(wanted).every(([key, value]) => showsValue(current[key], value));
      return [id, isShown ? CONFIRMED : failed(reasonOf(fates.get(id)))];
    }),
  );
}

const reasonOf = (fate: ItemFate | undefined): string =>
  fate === undefined || fate.kind === "done" ? "the value did not arrive" : fate.reason;

// ------------------------------------------------------------------------------------------------ tickets

interface TicketWrite {
  id: string;
  value: string;
}

/**
 * Sets our drop-down, and nothing else, on tickets that somebody still works on.
 * @throws {PlatformError} as `writeOrganizations`
 */
export async function writeTicketBands(deps: WriteDeps, rows: readonly OutboxRow[]): Promise<WriteOutcome[]> {
  const fieldId = await deps.ticketFieldId();
  if (fieldId === null) return rows.map(() => failed("the ticket field has not been set up in Zendesk"));
  const writes = rows.map((row) => ({ id: row.ref.id, value: Object.values(row.values)[0] ?? "" }));
  const outcomes = await judgeTickets(deps, writes, fieldId);
  const open = writes.filter((write) => !outcomes.has(write.id));
  for (const [value, group] of Map.groupBy(open, (write) => write.value))
    for (const chunk of chunks(group)) {
      const ids = chunk.map((write) => write.id);
      const fates = await runTicketJob(deps, ids, fieldId, value);
      const unclear = chunk.filter((write) => fates.get(write.id)?.kind !== "done");
      for (const id of ids) outcomes.set(id, CONFIRMED);
      const settled = await judgeTickets(deps, unclear, fieldId);
      for (const { id } of unclear) outcomes.set(id, settled.get(id) ?? failed(reasonOf(fates.get(id))));
    }
  return inOrder(rows, outcomes);
}

/** Outcomes of the tickets that need no write, by their state at this moment. */
async function judgeTickets(
  deps: WriteDeps,
  writes: readonly TicketWrite[],
  fieldId: string,
): Promise<Map<string, WriteOutcome>> {
  const pages = await showMany(
    deps.client,
    "tickets",
    writes.map((write) => write.id),
  );
  const shown = new Map(
    pages.flatMap((page) => readRows(ticketRow, page.rows).rows.map((row) => [row.id, row] as const)),
  );
  const outcomes = new Map<string, WriteOutcome>();
  for (const { id, value } of writes) {
    const outcome = judgeTicket(shown.get(id), value, fieldId);
    if (outcome) outcomes.set(id, outcome);
  }
  return outcomes;
}

function judgeTicket(row: TicketRow | undefined, value: string, fieldId: string): WriteOutcome | null {
  if (!row || isGone(row)) return dropped("the ticket no longer exists");
  const status = ticketStatus(row);
  if (status === "solved" || status === "closed") return dropped(`the ticket is ${status}`);
  const current = row.custom_fields.find((field) => field.id === fieldId)?.value;
  return showsValue(current, value) ? CONFIRMED : null;
}

async function runTicketJob(
  deps: WriteDeps,
  ids: readonly string[],
  fieldId: string,
  value: string,
): Promise<Map<string, ItemFate>> {
  const ticket = { custom_fields: [{ id: Number(fieldId), value: value === "" ? null : value }] };
  try {
    return await runJob(deps, ids, () =>
      deps.client.put(["tickets", "update_many"], { ticket }, jobAnswer, { query: { ids: ids.join(",") } }),
    );
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== "rejected") throw error;
    return new Map(ids.map((id) => [id, { kind: "refused", reason: error.message }]));
  }
}
