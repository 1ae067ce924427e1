import type { ConnectionId } from "@bellwether/shared";
import type { PlatformBudgets } from "../../services/ports.ts";
import type { TimeSource } from "./time-source.ts";

/** States of one process, where there is no other that they could be shared with. */
export function memoryBudgets(time: Pick<TimeSource, "nowMs">): PlatformBudgets {
  const known = new Map<string, Map<ConnectionId, unknown>>();
  return {
    change: async ({ id }, name, update) => {
      const states = known.get(name) ?? new Map<ConnectionId, unknown>();
      known.set(name, states);
      const { state, answer } = update(states.get(id) ?? null, time.nowMs());
      states.set(id, state);
      return answer;
    },
    states: async (name, scope) => {
      const all = [...(known.get(name) ?? [])];
      const asked = scope ? all.filter(([id]) => id === scope.id) : all;
      return { nowMs: time.nowMs(), states: new Map(asked) };
    },
  };
}
