import { readFile, writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { requestsPerSecond, signedRequests } from "../bench/card-load.ts";
import type { ChildServer } from "../bench/child-server.ts";
import { SECRET } from "../bench/intake-servers.ts";
import { eventsPerSecond } from "../bench/load.ts";
import { openBenchServer, withScratchDatabase } from "../bench/scratch-database.ts";
import { deliveryOf } from "../bench/write-back.ts";
import { TEMPLATES } from "../bench/write-back-book.ts";
import { type CostBook, withCostBook } from "./cost-book.ts";
import { CostMeter, type UnitCost } from "./cost-meter.ts";
import { openWorkerSteps } from "./cost-steps.ts";
import { type Costs, costsSchema, type StepCost } from "./inputs.ts";

/**
 * `node tests/scaling/measure-costs.ts`: measures on this machine what `costs.json` says, and writes it there. Every
 * step is counted apart: signed events come in while no worker runs, then a worker's steps run one after the other, then
 * cards are read. Nothing else may use the PostgreSQL meanwhile, and it has to run on this machine.
 */
const FILE = new URL("costs.json", import.meta.url);
const EVENTS_PER_DELIVERY = 10;
/** Before it is counted: code is compiled, plans are made. */
const WARM_UP = 4_000;
const MEASURED = 12_000;

type Measured = Record<"event" | "record" | "account" | "write" | "card" | "readyCard", UnitCost> & {
  stored: Record<"event" | "record" | "account" | "write", number>;
};

const url = await openBenchServer();
const measured = await withScratchDatabase(url, (scratch) =>
  withCostBook(scratch, TEMPLATES + WARM_UP + MEASURED, (book) => measure(scratch, book)),
);
const known = costsSchema.parse(JSON.parse(await readFile(FILE, "utf8")));
const costs = costsOf(known, measured);
await writeFile(FILE, `${JSON.stringify(costs, null, 2)}\n`);
process.stdout.write(`${JSON.stringify(costs.steps, null, 2)}\n`);

async function measure(scratch: string, book: CostBook): Promise<Measured> {
  const meter = await CostMeter.open(scratch);
  const [web, worker] = [await book.startWeb(), await openWorkerSteps(book.environment)];
  const [warm, changed] = [book.changed.slice(0, WARM_UP), book.changed.slice(WARM_UP)];
  try {
    await send(web, warm, 0);
    for (const step of ["record", "account", "write"] as const) await worker[step](WARM_UP);
    await readCards(web, warm);
    const stored = [await meter.storedBytes()];
    const counted = async (pid: number, work: () => Promise<void>): Promise<UnitCost> => {
      const cost = await meter.perUnit(pid, MEASURED, work);
      stored.push(await meter.storedBytes());
      return cost;
    };
    const event = await counted(web.pid, () => send(web, changed, WARM_UP));
    const record = await counted(process.pid, () => worker.record(MEASURED));
    const account = await counted(process.pid, () => worker.account(MEASURED));
    const write = await counted(process.pid, () => worker.write(MEASURED));
    const card = await meter.perUnit(web.pid, MEASURED, () => readCards(web, changed));
    const readyCard = await meter.perUnit(web.pid, MEASURED, () => readCards(web, changed));
    const grown = (n: number): number => ((stored[n + 1] ?? 0) - (stored[n] ?? 0)) / MEASURED;
    const left = { event: grown(0), record: grown(1), account: grown(2), write: grown(3) };
    return { event, record, account, write, card, readyCard, stored: left };
  } finally {
    await Promise.all([web.stop(), worker.close(), meter.close()]);
  }
}

/** @param first how many companies' events were sent before */
async function send(web: ChildServer, companies: readonly string[], first: number): Promise<void> {
  const deliveries = Array.from({ length: companies.length / EVENTS_PER_DELIVERY }, (_, d) =>
    deliveryOf(
      companies.slice(d * EVENTS_PER_DELIVERY, (d + 1) * EVENTS_PER_DELIVERY),
      first / EVENTS_PER_DELIVERY + d,
    ),
  );
  await eventsPerSecond(web.url, SECRET, deliveries);
}

async function readCards(web: ChildServer, companies: readonly string[]): Promise<void> {
  await requestsPerSecond(
    signedRequests(
      web.url,
      companies.map((id) => ({ platform: "hubspot", id })),
    ),
  );
}

function costsOf(known: Costs, found: Measured): Costs {
  const step = (at: "webUs" | "workerUs", cost: UnitCost, stored: number, source: string): StepCost => ({
    ...{ webUs: 0, workerUs: 0 },
    [at]: rounded(cost.processUs),
    databaseUs: rounded(cost.databaseUs),
    walBytes: rounded(cost.walBytes),
    storedBytes: Math.max(0, rounded(stored)),
    basis: "measured",
    source: `${MEASURED.toLocaleString("en-US")} ${source}`,
  });
  const { stored, readyCard } = found;
  const ready = `${rounded(readyCard.processUs)} and ${rounded(readyCard.databaseUs)} µs`;
  return {
    measuredOn: machine(),
    steps: {
      event: step(
        "webUs",
        found.event,
        stored.event,
        "signed events in deliveries of 10, as fast as they are taken",
      ),
      record: step(
        "workerUs",
        found.record,
        stored.record,
        "companies read again, one value of each changed",
      ),
      account: step("workerUs", found.account, stored.account, "accounts whose score changed"),
      write: step(
        "workerUs",
        found.write,
        stored.write,
        "rows written to a HubSpot in another process, 100 a call",
      ),
      card: step("webUs", found.card, 0, `cards opened after their account changed; opened again ${ready}`),
      look: known.steps.look,
    },
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

function machine(): string {
  const gib = Math.round(totalmem() / 2 ** 30);
  const day = new Date().toISOString().slice(0, 10);
  return `${cpus().length} cores, ${gib} GiB, Node ${process.version}, PostgreSQL beside it, ${day}`;
}
