import { release, retain } from "@remote-ui/rpc";
import type { CompanyRecord } from "../../protocol.ts";
import type { AlertMessage, HostActions } from "./card-protocol.ts";

interface RecordPage {
  onAlert(alert: AlertMessage): void;
  onRefresh(): void;
}

type Listener = { names: string[] | "*"; callback: (properties: Record<string, string>) => void };

/** Answers the actions that HubSpot's record page offers to cards, for whichever record it shows. */
export class RecordActions {
  readonly actions: HostActions;
  readonly #listeners = new Set<Listener>();
  #record: CompanyRecord | null = null;

  constructor(page: RecordPage) {
    this.actions = {
      addAlert: page.onAlert,
      reloadPage: () => window.location.reload(),
      refreshObjectProperties: page.onRefresh,
      fetchCrmObjectProperties: async (names) => picked(this.#record, names),
      onCrmPropertiesUpdate: (names, callback) => {
        retain(callback);
        this.#listeners.add({ names, callback });
      },
      copyTextToClipboard: (text) => navigator.clipboard.writeText(text),
      closeOverlay: () => undefined,
      openIframeModal: ({ uri }) => void window.open(uri, "_blank", "noreferrer"),
      navigateToPage: ({ to }) => page.onAlert({ message: `The demo has no page “${to}”.` }),
      log: () => undefined,
    };
  }

  /** Whether a card said that it wants to hear of changed properties: it looks after itself then. */
  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  /** The record as it was read now; cards hear of properties that are not as they were. */
  take(record: CompanyRecord): void {
    const before = this.#record;
    this.#record = record;
    if (before === null || before.id !== record.id) {
      this.#forget();
      return;
    }
    for (const listener of this.#listeners) {
      const now = picked(record, listener.names);
      if (JSON.stringify(now) !== JSON.stringify(picked(before, listener.names))) listener.callback(now);
    }
  }

  #forget(): void {
    for (const { callback } of this.#listeners) release(callback);
    this.#listeners.clear();
  }
}

function picked(record: CompanyRecord | null, names: string[] | "*"): Record<string, string> {
  const held = record?.properties ?? {};
  return names === "*" ? held : Object.fromEntries(names.map((name) => [name, held[name] ?? ""]));
}
