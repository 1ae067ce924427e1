import { type HealthResult, resultDifferences, type TenantId } from "@bellwether/shared";
import type { Database } from "../../../server/src/adapters/db/sql.ts";
import type { Sandbox } from "../../sandbox/index.ts";
import { checkWrites, type Disturbance } from "./check-writes.ts";
import { type AckedEvent, connectedTenant, readStored, type StoredLedger } from "./ledger.ts";
import { type Oracle, openOracle } from "./oracle.ts";
import { type OtherTenant, rowsOf } from "./other-tenant.ts";

export interface LedgerQuestion {
  /** Of the product, which is at rest. */
  database: Database;
  tenantId: TenantId;
  sandbox: Sandbox;
  /** What its senders got a 2xx for. */
  acked: readonly AckedEvent[];
  disturbances: readonly Disturbance[];
  /** Absent = the database has this tenant only. */
  other?: OtherTenant;
  /** Absent = one that reads the sandbox now. */
  oracle?: Oracle;
}

export interface LedgerReport {
  /** Each in words, with the number of its check; empty = nothing lost, nothing doubled. */
  violations: string[];
  acked: number;
  missing: number;
  doubled: number;
  writes: number;
  repeats: number;
}

/**
 * What must hold after every fault: (1) every acknowledged event is stored, once; (2) every score is that of an
 * independent oracle; (3) the platforms show it last; (4) none went back to an older version; (5) none was written
 * more often than it changed, apart from calls that were cut off, and these say the same again; (6) other tenants'
 * rows are as they were.
 */
export async function checkLedger(question: LedgerQuestion): Promise<LedgerReport> {
  const { database, tenantId, sandbox, disturbances, other } = question;
  const acked = [...new Map(question.acked.map((event) => [`${event.source} ${event.key}`, event])).values()];
  const stored = await readStored(database, tenantId);
  const oracle = question.oracle ?? (await openOracle(sandbox));
  const missing = missingOf(acked, stored);
  const doubled = doubledIn(stored);
  const written = checkWrites(sandbox, stored, disturbances);
  return {
    violations: [
      ...missing,
      ...doubled,
      ...stored.left.map((what) => `(2) work was left undone: ${what}`),
      ...checkScores(stored, oracle),
      ...written.violations,
      ...(other && (await rowsOf(database, other.id)) !== other.rows
        ? ["(6) another tenant's rows were changed"]
        : []),
    ],
    acked: acked.length,
    missing: missing.length,
    doubled: doubled.length,
    writes: written.writes,
    repeats: written.repeats,
  };
}

/** The first check alone, for where scores cannot follow: what was acknowledged and is not stored. */
export const eventsMissing = async (database: Database, acked: readonly AckedEvent[]): Promise<string[]> =>
  missingOf(acked, await readStored(database, await connectedTenant(database)));

function missingOf(acked: readonly AckedEvent[], { events }: StoredLedger): string[] {
  const stored = new Map(events.map(({ source, key, body }) => [`${source} ${key}`, body]));
  return acked.flatMap(({ source, key, content }) => {
    const body = stored.get(`${source} ${key}`);
    if (body === undefined) return [`(1) the acknowledged ${source} event ${key} is missing`];
    return body?.includes(content)
      ? []
      : [`(1) the content of the acknowledged ${source} event ${key} is missing`];
  });
}

/** The key is unique by itself; what could be counted twice is the count, and one event under two keys. */
function doubledIn({ events, accepted }: StoredLedger): string[] {
  const stored = Map.groupBy(events, (event) => event.source);
  return [...accepted].flatMap(([source, count]) => {
    const own = stored.get(source)?.length ?? 0;
    return count === own ? [] : [`(1) ${count} ${source} events were counted as accepted, ${own} are stored`];
  });
}

/** How much of two results the message of a violation shows. */
const SHOWN = 4;

function checkScores({ accounts }: StoredLedger, oracle: Oracle): string[] {
  const ours = new Set(accounts.map(({ parties }) => parties.join(" ")).filter((parties) => parties !== ""));
  return [
    ...[...oracle.accounts]
      .filter((each) => !ours.has(each))
      .map((each) => `(2) no account is that of ${each}`),
    ...[...ours]
      .filter((each) => !oracle.accounts.has(each))
      .map((each) => `(2) there should be no account of ${each}`),
    ...accounts.flatMap(({ name, current }) => {
      if (current === null) return [];
      const found = differences(current.result, oracle.resultOf(current.inputs));
      const [first] = found;
      if (first === undefined) return [];
      const shown = found
        .slice(0, SHOWN)
        .map((d) => `${d.path.join(".")} ${text(d.stored)} / ${text(d.recalculated)}`);
      return [`(2) ${name} differs from the oracle's in ${found.length} values: ${shown.join(", ")}`];
    }),
  ];
}

/** What the score says; when a fact was first heard of may differ, and with it the evidence. */
const differences = (ours: HealthResult, theirs: HealthResult) =>
  resultDifferences(ours, theirs).filter(({ path }) => SAID.has(path[0] ?? ""));
const SAID = new Set(["healthScore", "band", "segment", "coverage", "confidence", "churnBand", "dimensions"]);

const text = (value: unknown): string => JSON.stringify(value)?.slice(0, 120) ?? "nothing";
