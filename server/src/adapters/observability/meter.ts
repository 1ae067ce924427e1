import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Meter } from "../../services/ports.ts";
import { COUNTERS, GAUGES, HISTOGRAMS, type MetricEntry } from "./metric-catalogue.ts";

export interface PrometheusMeter extends Meter {
  registry: Registry;
  /** Forgets all values of a gauge, so that labels which are gone do not stay for ever. */
  clear(name: keyof typeof GAUGES): void;
}

export function createMeter(): PrometheusMeter {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counters = each(
    COUNTERS,
    (name, { help, labels }) => new Counter({ name, help, labelNames: [...labels], registers }),
  );
  const gauges = each(
    GAUGES,
    (name, { help, labels }) => new Gauge({ name, help, labelNames: [...labels], registers }),
  );
  const histograms = each(
    HISTOGRAMS,
    (name, { help, labels, buckets }) =>
      new Histogram({
        name,
        help,
        labelNames: [...labels],
        registers,
        ...(buckets && { buckets: [...buckets] }),
      }),
  );
  return {
    registry,
    count: (name, labels, by = 1) => declared(counters, name).inc(labels, by),
    observe: (name, labels, value) => declared(histograms, name).observe(labels, value),
    gauge: (name, labels, value) => declared(gauges, name).set(labels, value),
    clear: (name) => declared(gauges, name).reset(),
  };
}

const each = <T>(
  entries: Readonly<Record<string, MetricEntry>>,
  make: (name: string, entry: MetricEntry) => T,
): Map<string, T> => new Map(Object.entries(entries).map(([name, entry]) => [name, make(name, entry)]));

function declared<T>(known: ReadonlyMap<string, T>, name: string): T {
  const metric = known.get(name);
  if (metric === undefined) throw new Error(`metric ${name} is not declared in metric-catalogue.ts`);
  return metric;
}
