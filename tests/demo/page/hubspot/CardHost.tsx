import { type ReactNode, useCallback, useState } from "react";
import { CardRunner } from "./CardRunner.tsx";
import type { CardRun, HostActions } from "./card-protocol.ts";

interface CardHostProps {
  card: CardRun;
  actions: HostActions;
  /** Moves when the card should load again. */
  generation: number;
}

interface Run {
  /** Of the record and the generation. */
  key: string;
  card: CardRun;
}

/**
 * Shows a card. When it is to load again, the next run starts out of sight and takes the place of the last one once
 * it has content, as a reader would want it; another record's card is shown at once.
 */
export function CardHost({ card, actions, generation }: CardHostProps): ReactNode {
  const key = `${card.context.crm.objectId}:${generation}`;
  const [shown, setShown] = useState<Run>({ key, card });
  const isSameRecord = shown.card.context.crm.objectId === card.context.crm.objectId;
  if (!isSameRecord) setShown({ key, card });
  const runs = isSameRecord && shown.key !== key ? [shown, { key, card }] : [{ key, card }];
  const settle = useCallback(() => setShown({ key, card }), [key, card]);
  return runs.map((run) => (
    <CardRunner
      key={run.key}
      card={run.card}
      actions={actions}
      isHidden={runs.length > 1 && run.key !== shown.key}
      onSettled={run.key === key ? settle : ignore}
    />
  ));
}

const ignore = (): void => undefined;
