import type { AccountState } from "../account-state.ts";
import type { Segment } from "../api/account-health.ts";
import type { DatedOverride } from "../corrections/correction.ts";
import { foldAsOf, foldObservations } from "../fold-observations.ts";
import type { Observation } from "../observation.ts";
import { accountAge } from "../scoring/account-age.ts";
import type { ChurnModel } from "../scoring/churn-model.ts";
import type { HealthResult, SourcesSeen } from "../scoring/health-result.ts";
import { scoreAccount } from "../scoring/score-account.ts";
import type { ScoreInputs } from "../scoring/score-inputs.ts";
import type { Scorecard } from "../scoring/scorecard.ts";
import { memoryFor, remember, type VersionMemory } from "./version-memory.ts";

/** What is known of an account at the moment of a calculation. */
export interface KnownAccount {
  createdAt: Date;
  observations: readonly Observation[];
  /** Newest ledger position that counts; decimal digits. */
  position: string;
  /** Parties whose observations these are. */
  subjects: readonly string[];
  overrides: readonly DatedOverride[];
  /** The version used last first; of a lost account those of the day of the loss. */
  memories: readonly VersionMemory[];
  lostAt: Date | null;
}

export interface Versions {
  scorecard: Scorecard;
  churnModel: ChurnModel;
}

export interface Calculation {
  state: AccountState;
  /** Plain JSON: with it, the ledger and the versions `recalculate` gives the same result to the last bit. */
  inputs: ScoreInputs;
  result: HealthResult;
  /** As they are from now on; a frozen account learns nothing more. */
  memories: readonly VersionMemory[];
}

/**
 * One calculation with everything that it takes to repeat it. A lost account is calculated as on the day of the
 * loss, whatever became known of later days.
 */
export function calculate(
  account: KnownAccount,
  definitions: { scorecardFor(segment: Segment): Scorecard; churnModel: ChurnModel },
  sources: SourcesSeen,
  now: Date,
): Calculation {
  const { lostAt, createdAt, memories } = account;
  const at = lostAt ?? now;
  const state = stateOf(account.observations, lostAt?.toISOString() ?? null);
  const scorecard = definitions.scorecardFor(accountAge(state, createdAt, at).segment);
  const inputs: ScoreInputs = {
    position: account.position,
    subjects: account.subjects,
    createdAt: createdAt.toISOString(),
    now: at.toISOString(),
    sources: sourceTexts(sources, lostAt),
    previous: memoryFor(memories, scorecard.version, at.toISOString()),
    overrides: account.overrides,
    lostAt: lostAt?.toISOString() ?? null,
  };
  const result = resultOf(state, inputs, { scorecard, churnModel: definitions.churnModel });
  return {
    state,
    inputs,
    result,
    memories: lostAt === null ? remember(memories, result, inputs.previous) : memories,
  };
}

/**
 * A stored result once more, from what it was calculated from.
 * @param observations those of the inputs' subjects up to the inputs' position, in any order
 */
export const recalculate = (
  observations: Iterable<Observation>,
  inputs: ScoreInputs,
  versions: Versions,
): HealthResult => resultOf(stateOf(observations, inputs.lostAt), inputs, versions);

/** The result from an account's state, for a version beside the one in force, too. */
export function resultOf(state: AccountState, inputs: ScoreInputs, versions: Versions): HealthResult {
  const { crm, tickets, ticketsFrom, usage } = inputs.sources;
  return scoreAccount({
    state,
    createdAt: new Date(inputs.createdAt),
    ...versions,
    now: new Date(inputs.now),
    sources: {
      crm: dateOf(crm),
      tickets: dateOf(tickets),
      ...(ticketsFrom && { ticketsFrom }),
      ...(usage && { usage: new Date(usage) }),
    },
    previous: inputs.previous,
    overrides: inputs.overrides,
    lostAt: dateOf(inputs.lostAt),
  });
}

const dateOf = (text: string | null): Date | null => (text === null ? null : new Date(text));

const stateOf = (observations: Iterable<Observation>, lostAt: string | null): AccountState =>
  lostAt === null ? foldObservations(observations) : foldAsOf(observations, new Date(lostAt));

/** A source that was read after the loss was, on the day of the loss, up to date. */
function sourceTexts(sources: SourcesSeen, lostAt: Date | null): ScoreInputs["sources"] {
  const text = (seen: Date | null): string | null => {
    if (seen === null) return null;
    return (lostAt !== null && seen > lostAt ? lostAt : seen).toISOString();
  };
  const usage = text(sources.usage ?? null);
  return {
    crm: text(sources.crm),
    tickets: text(sources.tickets),
    ticketsFrom: sources.ticketsFrom ?? null,
    ...(usage !== null && { usage }),
  };
}
