import {
  type AccountId,
  type Calculation,
  memoryFor,
  resultOf,
  type ScoreMemory,
  type TenantId,
} from "@bellwether/shared";
import { z } from "zod";
import type { ShadowScore, ShadowStore } from "./ports.ts";
import type { TenantDefinitions } from "./tenant-definitions.ts";

const storedMemory = z.custom<ScoreMemory>(
  (value) => typeof value === "object" && value !== null && "bandMemory" in value && "caps" in value,
  "a shadow score without its memory",
);

interface Calculated {
  ledger: { accountId: AccountId; lostAt: Date | null };
  calculation: Calculation;
}

/**
 * What scorecards in their shadow period say of the same accounts at the same moment, each going on with its own
 * memory. It is kept for the comparison alone; a lost account has nothing to compare.
 */
export async function scoreShadows(
  deps: { shadows: ShadowStore },
  tenant: TenantId,
  { shadows, churnModel }: Pick<TenantDefinitions, "shadows" | "churnModel">,
  calculated: readonly Calculated[],
  now: Date,
): Promise<void> {
  for (const { definition, segments } of shadows) {
    const { version } = definition;
    const concerned = calculated.filter(
      ({ ledger, calculation }) => ledger.lostAt === null && segments.includes(calculation.result.segment),
    );
    if (concerned.length === 0) continue;
    const accounts = concerned.map(({ ledger }) => ledger.accountId);
    const before = await deps.shadows.latest(tenant, version, accounts);
    const scores = concerned.map(({ ledger: { accountId }, calculation }): ShadowScore => {
      const { state, inputs, memories } = calculation;
      const own = before.get(accountId);
      // the memories of the account are those of versions that were in force: the shadow begins beside them
      const previous =
        own === undefined ? memoryFor(memories, version, now.toISOString()) : storedMemory.parse(own.memory);
      const result = resultOf(state, { ...inputs, previous }, { scorecard: definition, churnModel });
      return {
        accountId,
        version,
        at: now,
        healthScore: result.healthScore,
        band: result.band,
        isAtRisk: result.atRisk.isAtRisk,
        memory: { bandMemory: result.bandMemory, caps: result.caps },
      };
    });
    await deps.shadows.save(tenant, scores);
  }
}
