import { AsyncLocalStorage } from "node:async_hooks";
import type { Trace, TraceFields } from "../../services/ports.ts";

export interface ActiveTrace extends Trace {
  /** What is known of what runs now; beside every log line. */
  fields(): TraceFields;
}

/** What runs now and why: follows awaits and callbacks, so that nothing has to hand it on. */
export function createTrace(): ActiveTrace {
  const storage = new AsyncLocalStorage<TraceFields>();
  const fields = (): TraceFields => storage.getStore() ?? {};
  return {
    fields,
    requestIds: () => {
      const { requestId, requestIds } = fields();
      return requestIds ?? (requestId === undefined ? [] : [requestId]);
    },
    run: (known, work) => storage.run(known, work),
  };
}
