import {
  CHURN_PRIOR_V1,
  type HealthResult,
  type Observation,
  recalculate,
  SCORECARD_DEFAULT_V1,
  type ScoreInputs,
} from "@bellwether/shared";
import type { Sandbox } from "../../sandbox/index.ts";
import { createServerDatabase, TEST_SERVER } from "../../support/database.ts";
import { openEventWorld, TENANT } from "../../support/event-world.ts";

/** What a product that never saw the fault would say. */
export interface Oracle {
  /** Parties of each account, sorted and joined by blanks. */
  accounts: Set<string>;
  /**
   * The result for these parties, with the same versions, at the same moment and after the same evaluation as
   * `inputs` say, but from facts of its own: those read from the platforms as they are now.
   */
  resultOf(inputs: ScoreInputs): HealthResult;
}

/**
 * Reads both platforms from the start into a database of its own, which saw no event and no fault, and calculates
 * with the pure functions alone. Where the product lost a change, its facts differ from these.
 */
export async function openOracle(sandbox: Sandbox): Promise<Oracle> {
  const server = TEST_SERVER === null ? null : await createServerDatabase();
  const world = await openEventWorld(sandbox, () => new Date(), TENANT, server?.url ?? null);
  try {
    await world.backfill();
    const links = await world.database.query<{ ref: string; account_id: string }>(
      "SELECT ref, account_id FROM party_link WHERE tenant_id = $1 AND removed_at IS NULL ORDER BY ref",
      [world.tenantId],
    );
    const subjects = links.map((link) => link.ref);
    const facts = await world.stores.replays.observations(world.tenantId, subjects, null);
    const bySubject = Map.groupBy(facts, (fact) => fact.subject);
    const groups = Map.groupBy(links, (link) => link.account_id);
    return {
      accounts: new Set([...groups.values()].map((group) => group.map((link) => link.ref).join(" "))),
      resultOf: (inputs) => recalculate(factsOf(bySubject, inputs.subjects), inputs, VERSIONS),
    };
  } finally {
    await world.close();
    await server?.drop();
  }
}

const VERSIONS = { scorecard: SCORECARD_DEFAULT_V1, churnModel: CHURN_PRIOR_V1 };

const factsOf = (facts: ReadonlyMap<string, Observation[]>, subjects: readonly string[]): Observation[] =>
  subjects.flatMap((subject) => facts.get(subject) ?? []);
