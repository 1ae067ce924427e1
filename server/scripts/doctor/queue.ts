import type { Database } from "../../src/adapters/db/sql.ts";
import { readWorkload } from "../../src/adapters/db/workload.ts";
import type { WorkKind } from "../../src/services/ports.ts";
import { type Finding, failure, ok, warning } from "./finding.ts";

const SLOW_S = 60;
const STUCK_S = 15 * 60;
const NAMES: Record<WorkKind, string> = {
  record: "records to read again",
  account: "accounts to score",
  write_back: "values to write back",
  segment: "deliveries of product events to count",
};

/** Whether work goes on, and who does it. */
export async function checkQueue(database: Database): Promise<Finding[]> {
  const { due, outbox } = await readWorkload(database);
  const found: Finding[] = (Object.keys(NAMES) as WorkKind[]).map((kind) => waiting(kind, due[kind]));
  if (outbox.parked > 0)
    found.push(
      warning(
        "queue",
        `${outbox.parked} values were given up after many failures.`,
        "See why in the list of dead letters (GET /api/v1/dead-letters), mend it there, and send them again.",
      ),
    );
  found.push(await alive(database));
  return found;
}

function waiting(kind: WorkKind, { ageSeconds, size }: { ageSeconds: number; size: number }): Finding {
  const text = `${NAMES[kind]}: ${size} due, the oldest for ${Math.round(ageSeconds)} s.`;
  if (ageSeconds < SLOW_S) return ok("queue", text);
  const advice =
    "See the log for failing jobs and whether a worker runs; add workers when it only is too much.";
  return ageSeconds < STUCK_S ? warning("queue", text, advice) : failure("queue", text, advice);
}

async function alive(database: Database): Promise<Finding> {
  if (database.kind === "embedded")
    return ok("queue", "The embedded database is not in use by a server just now.");
  const [row] = await database.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM process_heartbeat WHERE seen_at > now() - interval '10 seconds'",
  );
  return row && row.count > 0
    ? ok("queue", `${row.count} ${row.count === 1 ? "process is" : "processes are"} alive.`)
    : warning(
        "queue",
        "No process works here.",
        "Start the server: npm start, or start:web and start:worker.",
      );
}
