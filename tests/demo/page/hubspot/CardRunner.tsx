import type { RemoteChannel } from "@remote-ui/core";
import { createRemoteReceiver, type RemoteReceiver, RemoteRenderer } from "@remote-ui/react/host";
import { createEndpoint, fromWebWorker, retain } from "@remote-ui/rpc";
import { type ReactNode, useEffect, useRef, useState } from "react";
import type { CardRun, HostActions } from "./card-protocol.ts";
import { controller } from "./controller.tsx";
import { OverlayProvider } from "./stand-ins/overlay.tsx";

interface CardApi {
  run(channel: RemoteChannel, card: CardRun, actions: HostActions): Promise<void>;
}

interface CardRunnerProps {
  card: CardRun;
  actions: HostActions;
  isHidden: boolean;
  /** The card has content, or has failed: nothing of it is loading. */
  onSettled(): void;
}

/** Runs a card once, in a worker of its own, and draws what it sends. */
export function CardRunner({ card, actions, isHidden, onSettled }: CardRunnerProps): ReactNode {
  const [receiver, setReceiver] = useState<RemoteReceiver | null>(null);
  const [failure, setFailure] = useState("");
  const frame = useRef<HTMLDivElement>(null);
  useEffect(
    () =>
      startCard(card, actions, setReceiver, (reason) => {
        setFailure(reason);
        onSettled();
      }),
    [card, actions, onSettled],
  );
  useEffect(() => (receiver ? whenSettled(frame.current, onSettled) : undefined), [receiver, onSettled]);
  return (
    <div ref={frame} hidden={isHidden}>
      {failure && <p className="hs-failure">The card could not run: {failure}</p>}
      {!failure && !receiver && <p className="hs-loading">Loading the card…</p>}
      {!failure && receiver && (
        <OverlayProvider>
          <RemoteRenderer receiver={receiver} controller={controller} />
        </OverlayProvider>
      )}
    </div>
  );
}

/** @returns what ends it */
function startCard(
  card: CardRun,
  actions: HostActions,
  onMount: (receiver: RemoteReceiver) => void,
  onFailure: (reason: string) => void,
): () => void {
  const receiver = createRemoteReceiver();
  const stopWaiting = receiver.on("mount", () => onMount(receiver));
  const worker = new Worker(new URL("./card-worker.ts", import.meta.url));
  const endpoint = createEndpoint<CardApi>(fromWebWorker(worker));
  retain(receiver.receive);
  let isCurrent = true;
  const fail = (error: unknown) => {
    if (isCurrent) onFailure(error instanceof Error ? error.message : String(error));
  };
  worker.addEventListener("error", (event) => fail(event.message));
  const started = endpoint.call.run(receiver.receive, card, actions).catch(fail);
  return () => {
    isCurrent = false;
    stopWaiting();
    // not before: one that is ended while it loads its card now and then reports that as an error of the page
    void started.finally(() => {
      endpoint.terminate();
      worker.terminate();
    });
  };
}

/** Cards have no event for "loaded"; the spinner that they show meanwhile is the sign. */
function whenSettled(frame: HTMLElement | null, onSettled: () => void): () => void {
  if (frame === null) return () => undefined;
  const look = () => {
    if (frame.childElementCount === 0 || frame.querySelector(".hs-spinner, .hs-loading") !== null) return;
    observer.disconnect();
    onSettled();
  };
  const observer = new MutationObserver(look);
  observer.observe(frame, { childList: true, subtree: true });
  look();
  return () => observer.disconnect();
}
