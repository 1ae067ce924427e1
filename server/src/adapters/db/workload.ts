import type { WorkKind } from "../../services/ports.ts";
import type { Database } from "./sql.ts";

/** How much work waits, and for how long; of the whole database. */
export interface Workload {
  due: Record<WorkKind, { ageSeconds: number; size: number }>;
  outbox: Record<"pending" | "waiting" | "parked", number>;
  jobs: { job: string; state: string; count: number }[];
  connections: { platform: string; status: string; count: number }[];
  databaseBytes: number;
}

/** Beyond it a backlog is a backlog; counting on would cost more than the number is worth. */
const COUNTED = 100_000;
/** Rows of a connection that are looked at for the oldest value to be written. */
const SAMPLED = 500;

const count = (rows: string): string =>
  `(SELECT count(*) FROM (SELECT 1 ${rows} LIMIT ${COUNTED}) AS counted)::int`;
const age = (oldest: string): string =>
  `greatest(0, coalesce(extract(epoch FROM now() - ${oldest}), 0))::double precision`;

/** Until all history of a tenant is read its accounts wait on purpose. */
const IS_READ = `NOT EXISTS (SELECT 1 FROM connection AS reading
  WHERE reading.tenant_id = tenant.id AND reading.status = 'active' AND reading.synced_at IS NULL)`;

/** Each look at the oldest goes by an index that leads with the tenant, one step per tenant or connection. */
const DUE = `
SELECT
  ${age(`(SELECT min(due.at) FROM connection, LATERAL (SELECT due_at AS at FROM record_mark AS mark
    WHERE mark.tenant_id = connection.tenant_id AND mark.connection_id = connection.id AND mark.due_at <= now()
    ORDER BY mark.due_at LIMIT 1) AS due WHERE connection.status = 'active')`)} AS record_age,
  ${count("FROM record_mark WHERE due_at <= now()")} AS record_size,
  ${age(`(SELECT min(due.at) FROM tenant, LATERAL (SELECT due_at AS at FROM account_mark AS mark
    WHERE mark.tenant_id = tenant.id AND mark.due_at <= now() ORDER BY mark.due_at LIMIT 1) AS due
    WHERE ${IS_READ})`)} AS account_age,
  ${count("FROM account_mark WHERE due_at <= now()")} AS account_size,
  ${age(`(SELECT min(due.at) FROM connection, LATERAL (
    SELECT coalesce(wanted.event_at, health.scored_at) AS at FROM (
      SELECT row.tenant_id, row.account_id, row.event_at FROM outbox AS row
      WHERE row.tenant_id = connection.tenant_id AND row.connection_id = connection.id AND row.is_pending
        AND row.next_at <= now() LIMIT ${SAMPLED}) AS wanted
    LEFT JOIN health_current AS health
      ON health.tenant_id = wanted.tenant_id AND health.account_id = wanted.account_id) AS due
    WHERE connection.status = 'active' AND connection.provisioned_at IS NOT NULL)`)} AS write_back_age,
  ${age(`(SELECT min(due.at) FROM tenant, LATERAL (SELECT received_at AS at FROM delivery
    WHERE delivery.tenant_id = tenant.id AND delivery.source = 'segment' AND delivery.counted_at IS NULL
    ORDER BY delivery.id LIMIT 1) AS due)`)} AS segment_age,
  ${count("FROM delivery WHERE source = 'segment' AND counted_at IS NULL")} AS segment_size,
  ${count("FROM outbox WHERE is_pending AND next_at <= now()")} AS pending,
  ${count("FROM outbox WHERE is_pending AND next_at > now()")} AS waiting,
  ${count("FROM outbox WHERE parked_at IS NOT NULL")} AS parked,
  pg_database_size(current_database())::bigint AS bytes`;

interface DueRow {
  record_age: number;
  record_size: number;
  account_age: number;
  account_size: number;
  write_back_age: number;
  segment_age: number;
  segment_size: number;
  pending: number;
  waiting: number;
  parked: number;
  bytes: number;
}

export async function readWorkload(database: Database): Promise<Workload> {
  const [row] = await database.query<DueRow>(DUE);
  if (row === undefined) throw new Error("the look at the queues has no answer");
  const jobs = await database.query<{ job: string; state: string; count: number }>(
    `SELECT name AS job, state::text AS state, count(*)::int AS count FROM pgboss.job
     WHERE state IN ('created', 'retry', 'active') GROUP BY name, state`,
  );
  const connections = await database.query<{ platform: string; status: string; count: number }>(
    "SELECT platform, status, count(*)::int AS count FROM connection GROUP BY platform, status",
  );
  const { pending, waiting, parked } = row;
  return {
    due: {
      record: { ageSeconds: row.record_age, size: row.record_size },
      account: { ageSeconds: row.account_age, size: row.account_size },
      write_back: { ageSeconds: row.write_back_age, size: pending },
      segment: { ageSeconds: row.segment_age, size: row.segment_size },
    },
    outbox: { pending, waiting, parked },
    jobs: jobs.filter(({ job }) => !job.startsWith("__")),
    connections,
    databaseBytes: row.bytes,
  };
}
