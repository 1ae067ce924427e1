import {
  CHURN_PRIOR_V1,
  type HealthResult,
  type Observation,
  recalculate,
  SCORECARD_DEFAULT_V1,
  type ScoreInputs,
} from "@bellwether/shared";
import type { Sandbox } from "../../sandbox/index.ts";
import { type EventWorld, openEventWorld, type Taken, TENANT } from "../../support/event-world.ts";
import { newStorage, TEST_SERVER } from "../../support/storage.ts";

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
  const { world, remove } = await openUndisturbed(sandbox);
  try {
    await world.backfill();
    return await oracleOf(world);
  } finally {
    await remove();
  }
}

/** The services of the product on a database of their own. */
async function openUndisturbed(sandbox: Sandbox) {
  const storage = TEST_SERVER === null ? null : await newStorage("server");
  const url = storage?.environment["DATABASE_URL"] ?? null;
  const world = await openEventWorld(sandbox, () => new Date(), TENANT, url);
  const remove = async (): Promise<void> => {
    await world.close();
    await storage?.remove();
  };
  return { world, remove };
}

/**
 * For faults after which the platforms do not show all that was: it reads them before, and then takes in each event
 * that was delivered once, in order and undisturbed.
 */
export async function oracleFromNow(sandbox: Sandbox) {
  const { world, remove } = await openUndisturbed(sandbox);
  await world.backfill();
  return {
    /** @param sent what others delivered beside the sandbox */
    after: async (sent: readonly Taken[]): Promise<Oracle> => {
      const byKey = new Map(sandbox.deliver.log.map(({ platform, body }) => [body, { platform, body }]));
      await world.takeIn([...byKey.values(), ...sent]);
      await world.refresh();
      return oracleOf(world, true);
    },
    close: remove,
  };
}

/** @param hearsLate what became true after a calculation was only heard of late, and was so already */
async function oracleOf(world: EventWorld, hearsLate = false): Promise<Oracle> {
  const links = await world.database.query<{ ref: string; account_id: string; is_there: boolean }>(
    "SELECT ref, account_id, removed_at IS NULL AS is_there FROM party_link WHERE tenant_id = $1 ORDER BY ref",
    [world.tenantId],
  );
  const subjects = links.map((link) => link.ref);
  const facts = await world.stores.replays.observations(world.tenantId, subjects, null);
  const bySubject = Map.groupBy(facts, (fact) => fact.subject);
  const groups = Map.groupBy(
    links.filter((link) => link.is_there),
    (link) => link.account_id,
  );
  return {
    accounts: new Set([...groups.values()].map((group) => group.map((link) => link.ref).join(" "))),
    resultOf: (inputs) => {
      const known = factsOf(bySubject, inputs.subjects);
      return recalculate(hearsLate ? known.map((fact) => notAfter(fact, inputs)) : known, inputs, VERSIONS);
    },
  };
}

const VERSIONS = { scorecard: SCORECARD_DEFAULT_V1, churnModel: CHURN_PRIOR_V1 };

/** What happened to an account after its loss counts for nothing. */
const notAfter = (fact: Observation, { now, lostAt }: ScoreInputs): Observation =>
  lostAt === null && fact.at > now ? { ...fact, at: now } : fact;

const factsOf = (facts: ReadonlyMap<string, Observation[]>, subjects: readonly string[]): Observation[] =>
  subjects.flatMap((subject) => facts.get(subject) ?? []);
