import type { ReactNode } from "react";
import type { Journey, JourneyStep } from "../protocol.ts";
import { ACTION_LABELS } from "./Actions.tsx";
import { ScoreBadge } from "./ScoreBadge.tsx";

interface JourneyListProps {
  journeys: readonly Journey[];
  accountKey: string;
}

/** What became of the last presses at this account; the newest in full. */
export function JourneyList({ journeys, accountKey }: JourneyListProps): ReactNode {
  const [newest, ...earlier] = journeys.filter((journey) => journey.accountKey === accountKey);
  return (
    <section className="journeys" aria-label="What became of it" aria-live="polite">
      {newest && <JourneyCard journey={newest} />}
      {earlier.slice(0, 2).map((journey) => (
        <p className="journey-past" key={journey.id}>
          {ACTION_LABELS[journey.action]}: {scoreText(journey.scoreBefore)} <Arrow />{" "}
          {scoreText(journey.scoreAfter ?? journey.scoreBefore)}
        </p>
      ))}
    </section>
  );
}

const STEPS: [JourneyStep["step"], string][] = [
  ["sent", "Event sent"],
  ["scored", "Score calculated"],
  ["written_back", "Written back"],
];

function JourneyCard({ journey }: { journey: Journey }): ReactNode {
  const isOver = journey.state !== "running";
  const hasScore = journey.steps.some(({ step }) => step === "scored");
  return (
    <div className={`panel journey is-${journey.state}`} data-testid="journey" data-state={journey.state}>
      <div className="journey-head">
        <strong>{ACTION_LABELS[journey.action]}</strong>
        {hasScore && (
          <span className="journey-scores">
            <ScoreBadge healthScore={journey.scoreBefore} band={journey.bandBefore} isExact />
            <Arrow />
            <span className="visually-hidden">became</span>
            <ScoreBadge healthScore={journey.scoreAfter} band={journey.bandAfter} isExact />
            <Difference journey={journey} />
          </span>
        )}
      </div>
      <ol>
        {STEPS.map(([step, label]) => {
          const reached = journey.steps.find((one) => one.step === step);
          return (
            <li key={step} className={reached ? "is-reached" : isOver ? "is-left-out" : ""}>
              <span>{label}</span>
              <b>{reached ? `${(reached.elapsedMs / 1000).toFixed(1)} s` : isOver ? "–" : "…"}</b>
            </li>
          );
        })}
      </ol>
      {journey.newReasons.length > 0 && (
        <ul className="journey-reasons">
          {journey.newReasons.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
      {journey.message && <p className="hint">{journey.message}</p>}
    </div>
  );
}

function Difference({ journey }: { journey: Journey }): ReactNode {
  if (journey.scoreBefore === null || journey.scoreAfter === null) return null;
  const points = Math.round((journey.scoreAfter - journey.scoreBefore) * 10) / 10;
  if (points === 0) return null;
  return (
    <b className={points > 0 ? "points is-up" : "points is-down"}>
      {points > 0 ? `+${points}` : `−${Math.abs(points)}`}
    </b>
  );
}

const scoreText = (score: number | null): string => (score === null ? "no score" : String(score));

/** Drawn, because not every font has one. */
const Arrow = () => (
  <svg className="arrow" viewBox="0 0 16 10" aria-hidden="true">
    <path d="M0 5h14M10 1l4 4-4 4" />
  </svg>
);
