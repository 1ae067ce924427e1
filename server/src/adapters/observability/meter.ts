import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";
import type { Counters, Histograms, Meter } from "../../services/ports.ts";

/** Help text and label names of each. */
type Declared<M> = { [N in keyof M]: readonly [string, readonly (keyof M[N])[]] };

const COUNTERS = {
  bellwether_events_total: ["Delivered webhook events by what became of them.", ["source", "outcome"]],
  bellwether_records_read_total: ["Records read again after an event.", ["platform"]],
  bellwether_accounts_scored_total: ["Accounts scored.", []],
  bellwether_writes_total: ["Rows written back, by outcome.", ["platform", "outcome"]],
  bellwether_platform_calls_total: ["Calls to a platform, by status class.", ["platform", "outcome"]],
  bellwether_http_requests_total: ["Requests answered, by route and status.", ["route", "status"]],
} as const satisfies Declared<Counters>;
const HISTOGRAMS = {
  bellwether_http_seconds: ["Time to answer a request.", ["route"]],
  bellwether_job_seconds: ["Time a job took.", ["job"]],
  bellwether_platform_call_seconds: ["Time a platform took to answer a call.", ["platform"]],
} as const satisfies Declared<Histograms>;

export interface PrometheusMeter extends Meter {
  registry: Registry;
}

export function createMeter(): PrometheusMeter {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counters = new Map<string, Counter>();
  for (const [name, [help, labelNames]] of Object.entries(COUNTERS))
    counters.set(name, new Counter({ name, help, labelNames: [...labelNames], registers: [registry] }));
  const histograms = new Map<string, Histogram>();
  for (const [name, [help, labelNames]] of Object.entries(HISTOGRAMS))
    histograms.set(name, new Histogram({ name, help, labelNames: [...labelNames], registers: [registry] }));
  return {
    registry,
    count: (name, labels, by = 1) => declared(counters, name).inc(labels, by),
    observe: (name, labels, value) => declared(histograms, name).observe(labels, value),
  };
}

function declared<T>(known: ReadonlyMap<string, T>, name: string): T {
  const metric = known.get(name);
  if (metric === undefined) throw new Error(`metric ${name} is not declared in meter.ts`);
  return metric;
}
