import type { Random } from "./random.ts";
import type { SandboxPlatform } from "./types.ts";

/** A way of going wrong. Parts that are absent do not apply. */
export interface Fault {
  /** Answered instead of the request being handled. */
  status?: 401 | 403 | 423 | 429 | 477 | 500 | 502 | 503 | 504 | (number & {});
  /** Share of the matching requests that it hits, 0–1; all when absent. */
  rate?: number;
  /** Of the request's path without query; every path when absent. */
  path?: RegExp;
  method?: string;
  /** Requests that it still hits; no end when absent. */
  times?: number;
  retryAfterS?: number;
  /** Of HubSpot's 429. */
  policyName?: "TEN_SECONDLY_ROLLING" | "SECONDLY" | "DAILY";
  /** Ids that HubSpot's batch calls refuse, which makes the answer a 207. */
  partialIds?: readonly string[];
  /** Ids whose values HubSpot's batch update refuses for good. */
  refusedIds?: readonly string[];
  /** Ids whose items fail in a Zendesk job that completes. */
  failedJobItems?: readonly string[];
  /** Zendesk jobs that never start, or whose status is gone when asked for; the latter do their work. */
  jobs?: "stuck" | "expired";
  /** Waits so long before the request is handled. */
  slowMs?: number;
  /** The request is carried out and the connection cut instead of an answer. */
  dropAnswer?: boolean;
  /**
   * HubSpot's batch update with a bad row. `true`: any bad row refuses the whole call, unknown ids too; `false`:
   * every bad row is an error entry of a 207. Absent: bad values refuse the call, unknown ids are entries.
   */
  rejectWholeBatchOnBadRow?: boolean;
}

/** The faults in force; platforms' handlers ask it. */
export class Faults {
  readonly #random: Random;
  #active: { platform: SandboxPlatform; fault: Fault; left: number }[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** Replaces all faults of the platform. */
  set(platform: SandboxPlatform, fault: Fault): void {
    this.clear(platform);
    this.add(platform, fault);
  }

  /** Beside those in force. */
  add(platform: SandboxPlatform, fault: Fault): void {
    this.#active.push({ platform, fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  clear(platform?: SandboxPlatform): void {
    this.#active = platform === undefined ? [] : this.#active.filter((entry) => entry.platform !== platform);
  }

  /** The faults that hit this request, merged, later ones first in rank; each use counts. */
  draw(platform: SandboxPlatform, method: string, path: string): Fault {
    const hits = this.#active.filter(
      ({ platform: owner, fault, left }) =>
        owner === platform &&
        left > 0 &&
        (fault.method === undefined || fault.method === method) &&
        (fault.path === undefined ||
          new RegExp(fault.path.source, fault.path.flags.replace("g", "")).test(path)) &&
        (fault.rate === undefined || this.#random.chance(fault.rate)),
    );
    for (const hit of hits) hit.left -= 1;
    return Object.assign({}, ...hits.map(({ fault }) => fault)) as Fault;
  }
}
