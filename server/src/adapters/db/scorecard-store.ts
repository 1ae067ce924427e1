import {
  parseScorecard,
  type Scorecard,
  type Segment,
  segmentSchema,
  type TenantId,
} from "@bellwether/shared";
import { AppError } from "../../services/errors.ts";
import type { Clock, ScorecardActivation, ScorecardStore, StoredScorecard } from "../../services/ports.ts";
import { jsonParameter } from "./json-parameter.ts";
import { MARK_ALL_ACCOUNTS } from "./score-sql.ts";
import * as statements from "./scorecard-sql.ts";
import type { Database, Sql } from "./sql.ts";
import type { WakeUps } from "./wake-ups.ts";

export function createScorecardStore(database: Database, wakeUps: WakeUps, clock: Clock): ScorecardStore {
  const find = async (tenant: TenantId, version: string): Promise<StoredScorecard | null> => {
    const [row] = await database.query<Row>(statements.FIND, [tenant, version]);
    return row ? toStored(row) : null;
  };
  return {
    list: async (tenant) => (await database.query<Row>(statements.LIST, [tenant])).map(toStored),
    find,
    insert: async (tenant, scorecard) => {
      const added = await database.query(statements.INSERT, [rowParameter(tenant, scorecard)]);
      if (added.length === 0)
        throw new AppError(
          "conflict",
          `There is a scorecard ${scorecard.version} already; take another name.`,
        );
    },
    update: async (tenant, before, change) => {
      const now = change.updatedAt ?? clock.now();
      // two changes within a millisecond must not look like none
      const updatedAt = new Date(Math.max(now.getTime(), before.updatedAt.getTime() + 1));
      const after = { ...before, ...change, version: before.version, updatedAt };
      const changed = await database.query(statements.UPDATE, [
        rowParameter(tenant, after),
        before.updatedAt,
      ]);
      if (changed.length === 0) throw changedMeanwhile(before.version);
      return after;
    },
    remove: async (tenant, before) => {
      const gone = await database.query(statements.REMOVE_DRAFT, [tenant, before.version, before.updatedAt]);
      if (gone.length === 0) throw changedMeanwhile(before.version);
    },
    activations: async (tenant) => database.query<ScorecardActivation>(statements.ACTIVATIONS, [tenant]),
    activate: (tenant, activations, seen) =>
      database.transaction((sql) => activate(sql, wakeUps, tenant, { activations, seen, now: clock.now() })),
    inForce: (tenant, now) => inForce(database, tenant, now),
    definition: async (tenant, version) => (await find(tenant, version))?.definition ?? null,
  };
}

const changedMeanwhile = (version: string): AppError =>
  new AppError(
    "conflict",
    `The scorecard ${version} was changed by someone else meanwhile; read it again and repeat your change.`,
  );

type Row = Omit<StoredScorecard, "definition"> & { definition: unknown };

/** Parsed, so that what a newer release adds to a definition has its default in older ones. */
const toStored = (row: Row): StoredScorecard => ({ ...row, definition: parseScorecard(row.definition) });

const rowParameter = (tenant: TenantId, card: StoredScorecard): string =>
  jsonParameter({
    tenant_id: tenant,
    version: card.version,
    status: card.status,
    segments: card.segments,
    definition: card.definition,
    based_on: card.basedOn,
    note: card.note,
    created_by: card.createdBy,
    created_at: card.createdAt,
    proposed_by: card.proposedBy,
    proposed_at: card.proposedAt,
    approved_by: card.approvedBy,
    approved_at: card.approvedAt,
    shadow_since: card.shadowSince,
    shadow_until: card.shadowUntil,
    backtest: card.backtest,
    updated_at: card.updatedAt,
  });

interface Activating {
  activations: readonly Omit<ScorecardActivation, "id">[];
  seen: number | undefined;
  now: Date;
}

async function activate(sql: Sql, wakeUps: WakeUps, tenant: TenantId, change: Activating): Promise<void> {
  if (change.activations.length === 0) return;
  await sql.query(statements.LOCK_ACTIVATIONS, [tenant]);
  const [newest] = await sql.query<{ id: number }>(statements.NEWEST_ACTIVATION, [tenant]);
  if (change.seen !== undefined && newest?.id !== change.seen)
    throw new AppError(
      "conflict",
      "Another version was activated meanwhile; look at it first, then try again.",
    );
  const rows = change.activations.map(({ segment, version, kind, at, by }) => ({
    s: segment,
    v: version,
    k: kind,
    at,
    by,
  }));
  await sql.query(statements.ACTIVATE, [tenant, jsonParameter(rows)]);
  await sql.query(statements.SETTLE_STATUS, [tenant, change.now]);
  await sql.query(MARK_ALL_ACCOUNTS, [tenant]);
  await wakeUps.send(sql, [{ name: "score-accounts", payload: { tenantId: tenant } }]);
}

async function inForce(database: Database, tenant: TenantId, now: Date) {
  const used = await database.query<{ segment: string; definition: unknown }>(statements.IN_FORCE, [tenant]);
  const shadow = await database.query<{ definition: unknown; segments: string[] }>(statements.IN_SHADOW, [
    tenant,
    now,
  ]);
  const parsed = new Map<string, Scorecard>(); // a version is often that of all segments
  const parse = (definition: unknown): Scorecard => {
    const fresh = parseScorecard(definition);
    const known = parsed.get(fresh.version) ?? fresh;
    parsed.set(known.version, known);
    return known;
  };
  return {
    active: new Map<Segment, Scorecard>(
      used.map((row) => [segmentSchema.parse(row.segment), parse(row.definition)]),
    ),
    shadow: shadow.map((row) => ({
      definition: parse(row.definition),
      segments: row.segments.map((segment) => segmentSchema.parse(segment)),
    })),
  };
}
