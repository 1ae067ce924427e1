import { canonicalJson, type Segment } from "@bellwether/shared";
import { AppError } from "./errors.ts";
import { isBuiltIn, type KnownScorecard, knownScorecard, revisionOf } from "./known-scorecards.ts";
import type { StoredScorecard } from "./ports.ts";
import { readDefinition } from "./read-definition.ts";
import { recordAct, type ScorecardAct, type ScorecardDeps } from "./scorecard-deps.ts";
import { updateScorecard } from "./update-scorecard.ts";

export interface DraftChange {
  /** The one that was read; another one by now = someone else was faster. */
  revision: string;
  /** As it comes from outside; absent parts stay. */
  definition?: unknown;
  segments?: readonly Segment[] | undefined;
  note?: string | null | undefined;
}

/** @throws {AppError} `conflict` where it is no draft any more or was changed meanwhile, `request_invalid`, `not_found` */
export async function changeScorecard(
  deps: ScorecardDeps,
  act: ScorecardAct,
  wanted: DraftChange,
): Promise<KnownScorecard> {
  await updateScorecard(deps, act, (card) => {
    assertDraft(card);
    if (revisionOf(deps, card) !== wanted.revision)
      throw new AppError(
        "conflict",
        `The draft ${card.version} was changed by someone else meanwhile; read it again and repeat your change.`,
      );
    return changeOf(card, wanted);
  });
  await recordAct(deps, act, "scorecard.change");
  return knownScorecard(deps, act.tenant, act.version);
}

/** @throws {AppError} `conflict` */
export function assertDraft({ version, status }: StoredScorecard): void {
  if (isBuiltIn(version))
    throw new AppError(
      "conflict",
      `${version} comes with the product and stays as it is; make a copy of it.`,
    );
  if (status !== "draft")
    throw new AppError(
      "conflict",
      `${version} is ${status} and stays as it is, so that old scores can be explained; make a copy of it.`,
    );
}

function changeOf(card: StoredScorecard, wanted: DraftChange): Partial<StoredScorecard> {
  const definition = wanted.definition === undefined ? card.definition : readDefinition(wanted.definition);
  if (definition.version !== card.version)
    throw new AppError(
      "request_invalid",
      `definition.version: is ${definition.version}, but the draft is called ${card.version}.`,
    );
  const segments = [...(wanted.segments ?? card.segments)];
  const said = (of: Pick<StoredScorecard, "definition" | "segments">): string =>
    canonicalJson({ definition: of.definition, segments: of.segments.toSorted() });
  const isSame = said({ definition, segments }) === said(card);
  return {
    definition,
    segments,
    note: wanted.note === undefined ? card.note : wanted.note,
    // it was of another definition
    ...(!isSame && { backtest: null }),
  };
}
