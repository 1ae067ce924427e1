import { MAX_REQUEST_IDS } from "../../services/ports.ts";

/** Beside a payload's own fields; other versions of the server may leave it out or not know it. */
const FIELD = "requestIds";
const isId = (value: unknown): value is string => typeof value === "string" && /^r_[\w-]{1,40}$/.test(value);

export const withRequestIds = (payload: object, ids: readonly string[]): object =>
  ids.length === 0 ? payload : { ...payload, [FIELD]: ids.slice(0, MAX_REQUEST_IDS) };

/** The payload as it was sent, and the requests that led to it, newest first. */
export function withoutIds<P extends object>(data: P): { payload: P; requestIds: string[] } {
  if (!(FIELD in data)) return { payload: data, requestIds: [] };
  const ids: unknown = data[FIELD];
  const payload: P = { ...data };
  Reflect.deleteProperty(payload, FIELD);
  return { payload, requestIds: Array.isArray(ids) ? ids.filter(isId) : [] };
}

/** The requests that wait for the next run of a job: of many the newest few. */
export class RequestIds {
  readonly #byJob = new Map<string, string[]>();

  /** @param ids of one wake-up, newer than those of the wake-ups before */
  add(job: string, ids: readonly string[]): void {
    const all = [...ids, ...(this.#byJob.get(job) ?? [])];
    if (all.length > 0) this.#byJob.set(job, [...new Set(all)].slice(0, MAX_REQUEST_IDS));
  }

  take(job: string): string[] {
    const ids = this.#byJob.get(job) ?? [];
    this.#byJob.delete(job);
    return ids;
  }
}
