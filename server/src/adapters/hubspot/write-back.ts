import { WRITE_BACK_FIELDS } from "@bellwether/shared";
import type { OutboxRow, WriteOutcome } from "../../services/ports.ts";
import { HubspotRefusal } from "./api-error.ts";
import { chunksOf } from "./chunks.ts";
import type { HubspotClient } from "./client.ts";
import { updateBatch } from "./update-batch.ts";

export interface WriterDeps {
  client: HubspotClient;
  /** Creates our properties again, when an admin deleted them. */
  provision(): Promise<void>;
}

/** Source: HubSpot, batch update. */
const MAX_INPUTS = 100;
/** Where nearly every row is refused, halving would cost two calls a row; the rest waits for its next turn. */
const MAX_CALLS_PER_BATCH = 40;

const OWN_KEYS: ReadonlySet<string> = new Set(WRITE_BACK_FIELDS.map(({ key }) => key));
const MISSING_PROPERTY =
  "a Bellwether property is missing in HubSpot and could not be created again. Restore it under Settings > Properties > Archived, or remove the property of the same name.";
const UNSENT: WriteOutcome = { kind: "failed", reason: "left for the next turn: too many rows were refused" };

/**
 * Writes our properties of companies, and nothing else.
 * @returns an outcome per row, in order; of several rows for one company the newest is written and speaks for all
 * @throws {PlatformError} only when no row has a chance: token, scope, rate limit, HubSpot out of reach
 */
export async function writeCompanies(deps: WriterDeps, rows: readonly OutboxRow[]): Promise<WriteOutcome[]> {
  const outcomes = new Map<string, WriteOutcome>();
  const newest = new Map<string, OutboxRow>();
  for (const row of rows) {
    const reason = unwritable(row);
    if (reason !== null) outcomes.set(row.ref.id, { kind: "dropped", reason });
    else if (row.version >= (newest.get(row.ref.id)?.version ?? 0)) newest.set(row.ref.id, ownValues(row));
  }
  for (const chunk of chunksOf([...newest.values()], MAX_INPUTS)) {
    const batch = new BatchWriter(deps);
    await batch.write(chunk);
    for (const row of chunk) outcomes.set(row.ref.id, batch.outcomes.get(row.ref.id) ?? UNSENT);
  }
  return rows.map((row) => outcomes.get(row.ref.id) ?? UNSENT);
}

function unwritable(row: OutboxRow): string | null {
  if (row.ref.platform !== "hubspot" || row.ref.objectType !== "company") return "not a HubSpot company";
  if (!/^\d+$/.test(row.ref.id)) return "not a HubSpot id";
  return Object.keys(row.values).some((key) => OWN_KEYS.has(key)) ? null : "none of our properties";
}

const ownValues = (row: OutboxRow): OutboxRow => ({
  ...row,
  values: Object.fromEntries(Object.entries(row.values).filter(([key]) => OWN_KEYS.has(key))),
});

/** One batch until the fate of its rows is known: a row that HubSpot refuses must not hold up the others. */
class BatchWriter {
  readonly outcomes = new Map<string, WriteOutcome>();
  readonly #deps: WriterDeps;
  #callsLeft = MAX_CALLS_PER_BATCH;
  #isProvisioned = false;

  constructor(deps: WriterDeps) {
    this.#deps = deps;
  }

  async write(rows: readonly OutboxRow[]): Promise<void> {
    let unsettled = rows;
    while (unsettled.length > 0 && this.#callsLeft > 0) {
      const refusal = await this.#send(unsettled);
      if (refusal === null) return;
      if (refusal.isPropertyMissing) {
        this.#refuse(unsettled, refusal);
        return;
      }
      unsettled = await this.#isolate(unsettled, refusal);
    }
  }

  /** @returns `null` when HubSpot took the batch, with an outcome for every row; else why it did not */
  async #send(rows: readonly OutboxRow[]): Promise<HubspotRefusal | null> {
    this.#callsLeft -= 1;
    try {
      const { outcomes, withoutProperty } = await updateBatch(this.#deps.client, rows);
      for (const [id, outcome] of outcomes) this.outcomes.set(id, outcome);
      return withoutProperty.length > 0 && (await this.#provisionOnce()) ? this.#send(withoutProperty) : null;
    } catch (error) {
      if (!(error instanceof HubspotRefusal && error.isAboutContent)) throw error;
      return error.isPropertyMissing && (await this.#provisionOnce()) ? this.#send(rows) : error;
    }
  }

  async #provisionOnce(): Promise<boolean> {
    if (this.#isProvisioned) return false;
    this.#isProvisioned = true;
    await this.#deps.provision();
    return true;
  }

  /**
   * Finds one row for which a batch was refused, in at most log2(rows) calls: where a half passes, the other half
   * is known to hold it without being sent.
   * @returns the rows whose fate is open
   */
  async #isolate(rows: readonly OutboxRow[], refusal: HubspotRefusal): Promise<readonly OutboxRow[]> {
    const named = rows.filter((row) => refusal.namedIds.has(row.ref.id));
    if (named.length > 0) {
      this.#refuse(named, refusal);
      return rows.filter((row) => !named.includes(row));
    }
    let suspects = rows;
    let latest = refusal;
    const open: OutboxRow[] = [];
    while (suspects.length > 1 && this.#callsLeft > 0) {
      const half = suspects.slice(0, Math.ceil(suspects.length / 2));
      const others = suspects.slice(half.length);
      const halfRefusal = await this.#send(half);
      suspects = halfRefusal === null ? others : half;
      if (halfRefusal !== null) open.push(...others);
      latest = halfRefusal ?? latest;
    }
    if (suspects.length === 1) this.#refuse(suspects, latest);
    return open;
  }

  #refuse(rows: readonly OutboxRow[], refusal: HubspotRefusal): void {
    const isGone = refusal.category === "OBJECT_NOT_FOUND";
    const reason = isGone
      ? "the company is gone from HubSpot"
      : `HubSpot refused the values: ${refusal.explanation}`;
    // A property that is still missing is the portal's matter, not the row's; a conflict passes.
    const mayPass = refusal.isPropertyMissing || refusal.status === 409;
    const kind = mayPass ? "failed" : isGone ? "dropped" : "refused";
    const problem = refusal.isPropertyMissing && { problem: MISSING_PROPERTY };
    for (const row of rows) this.outcomes.set(row.ref.id, { kind, reason, ...problem });
  }
}
