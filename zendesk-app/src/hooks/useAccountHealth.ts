import type { AccountHealthView } from "@bellwether/shared";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { type AccountHealthState, HealthReader } from "../health/health-reader.ts";
import { readAccountHealth } from "../health/read-account-health.ts";
import { SAVE_EVENTS, type Sidebar, SUBJECT_EVENTS } from "../health/subject.ts";
import { useZafClient } from "../ZafClientProvider.tsx";

export interface AccountHealthOnScreen {
  state: AccountHealthState;
  /** Reads again. */
  refresh: () => void;
  /** Shows health that came with another answer. */
  onChanged: (view: AccountHealthView) => void;
}

/** Health of the customer on the screen, kept current by Zendesk's events. */
export function useAccountHealth(sidebar: Sidebar): AccountHealthOnScreen {
  const { client, registration } = useZafClient();
  const reader = useMemo(
    () =>
      new HealthReader({
        read: (isRequesterUnsaved, signal) =>
          readAccountHealth({ client, registration, sidebar, isRequesterUnsaved, signal }),
        now: () => performance.now(),
      }),
    [client, registration, sidebar],
  );

  useEffect(() => {
    const bindings: [event: string, handler: () => void][] = [
      ...SUBJECT_EVENTS[sidebar].map(
        (event) => [event, () => reader.changeSubject(true)] as [string, () => void],
      ),
      ...SAVE_EVENTS[sidebar].map((event) => [event, () => reader.expectChange()] as [string, () => void]),
      ["app.activated", () => reader.activate()],
      ["app.deactivated", () => reader.deactivate()],
      ["app.willDestroy", () => reader.stop()],
    ];
    for (const [event, handler] of bindings) client.on(event, handler);
    reader.refresh();
    return () => {
      reader.stop();
      for (const [event, handler] of bindings) client.off(event, handler);
    };
  }, [client, reader, sidebar]);

  const state = useSyncExternalStore(reader.subscribe, reader.state);
  return { state, refresh: reader.refresh, onChanged: reader.take };
}
