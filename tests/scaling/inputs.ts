import { z } from "zod";

const amount = z.number().nonnegative();
const share = z.number().min(0).max(1);

/** What one unit of a step costs. CPU in µs of one core; bytes of WAL; bytes that stay until they are forgotten. */
const stepCost = z.strictObject({
  webUs: amount,
  workerUs: amount,
  databaseUs: amount,
  walBytes: amount,
  storedBytes: amount,
  basis: z.enum(["measured", "estimated"]),
  /** Where the figures come from: a command, or what they were derived from. */
  source: z.string().min(1),
});
export type StepCost = z.infer<typeof stepCost>;

/**
 * `event`: taken in and acknowledged. `record`: read again and its observations kept. `account`: calculated, explained
 * and stored. `look`: looked at by the daily rescoring. `write`: written to a platform and settled. `card`: a card read.
 */
export const STEPS = ["event", "record", "account", "look", "write", "card"] as const;
export type Step = (typeof STEPS)[number];

export const costsSchema = z.strictObject({
  /** The machine and the day of the measurement, in words. */
  measuredOn: z.string().min(1),
  steps: z.record(z.enum(STEPS), stepCost),
});
export type Costs = z.infer<typeof costsSchema>;

export const shapeSchema = z.strictObject({
  accounts: z.int().positive(),
  tenants: z.int().positive(),
  /** Accounts of the k-th largest tenant are proportional to k to the power of minus this; 0 = all alike. */
  tailExponent: amount,
  perAccountAndDay: z.strictObject({ events: amount, cardReads: amount }),
  /** Busiest hour ÷ mean hour, 1 to 12; the day is a bell around `peakHour` on an even ground. */
  peakToMean: z.number().min(1).max(12),
  /** UTC. */
  peakHour: z.int().min(0).max(23),
  /** Events that name the same record within one reading of it. */
  eventsPerRecord: z.number().min(1),
  /** Records of one account within one calculation of it. */
  recordsPerAccount: z.number().min(1),
  /** Calculations after which a rounded value, and so the platform, changes. */
  changedShare: share,
  rescoring: z.strictObject({
    hour: z.int().min(0).max(23),
    /** Accounts that may say something else although nothing happened. */
    movingShare: share,
  }),
  platform: z.strictObject({
    /** Calls that one tenant's platforms allow us in a second, reads and writes together. */
    callsPerSecond: z.number().positive(),
    /** Of the allowed calls, those that we use. */
    usableShare: share,
    /** Written by one call, or listed by one. */
    recordsPerCall: z.int().positive(),
    /** Read again by one call after an event. */
    recordsPerReading: z.int().positive(),
    /** Changes that come within it go out in one call. */
    windowSeconds: z.number().positive(),
  }),
  backfill: z.strictObject({ recordsPerAccount: amount }),
  machines: z.strictObject({
    webCores: z.number().positive(),
    workerCores: z.number().positive(),
    /** Servers that share the tenants between them. */
    databases: z.int().positive(),
    coresPerDatabase: z.number().positive(),
    walBytesPerSecondAndDatabase: z.number().positive(),
    diskBytesPerDatabase: z.number().positive(),
    /** How busy a part may be kept in the long run. */
    maxBusy: z.number().positive().max(1),
  }),
  retentionDays: z.int().positive(),
});
export type Shape = z.infer<typeof shapeSchema>;

/** A step's rate, in units per second, times what a unit costs. */
export const loadOf = (
  costs: Costs,
  rates: Readonly<Partial<Record<Step, number>>>,
  of: Exclude<keyof StepCost, "source" | "basis">,
): number => STEPS.reduce((sum, step) => sum + (rates[step] ?? 0) * costs.steps[step][of], 0);
