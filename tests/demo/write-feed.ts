import {
  organizationChoice,
  TICKET_BAND_FIELD,
  WRITE_BACK_FIELDS,
  type WriteBackField,
} from "@bellwether/shared";
import type { SandboxAccount, SandboxWrite } from "../sandbox/types.ts";
import type { FieldChange, WriteBackEntry } from "./protocol.ts";

const KEPT = 200;
/** Says when, which the entry does anyway. */
const TIME_FIELD = "bellwether_scored_at";

/** In the order of the definition page, so that score and band come first. */
const LABELS = WRITE_BACK_FIELDS.map(({ label }) => label);
const fields = new Map(WRITE_BACK_FIELDS.map((field) => [field.key, field]));

/** Turns what the platforms accepted into lines that say what changed, from what, to what. */
export class WriteFeed {
  /** Newest first. */
  readonly entries: WriteBackEntry[] = [];
  readonly #held = new Map<string, string>();
  readonly #accounts: () => readonly SandboxAccount[];
  #count = 0;

  constructor(accounts: () => readonly SandboxAccount[]) {
    this.#accounts = accounts;
  }

  /** @returns `null` when the write left every value as it was */
  take(write: SandboxWrite): WriteBackEntry | null {
    const changes = this.#changes(write);
    if (changes.length === 0) return null;
    const account = this.#accounts().find((candidate) => isAbout(write, candidate)) ?? null;
    this.#count += 1;
    const entry: WriteBackEntry = {
      id: this.#count,
      at: write.at.toISOString(),
      platform: write.platform,
      recordType: write.objectType,
      recordName: nameOf(write, account),
      accountKey: account?.key ?? null,
      changes,
    };
    this.entries.unshift(entry);
    this.entries.length = Math.min(this.entries.length, KEPT);
    return entry;
  }

  #changes(write: SandboxWrite): FieldChange[] {
    const changes: FieldChange[] = [];
    for (const [key, raw] of Object.entries(write.values)) {
      const place = `${write.platform}:${write.objectType}:${write.id}:${key}`;
      const to = shown(key, raw);
      const from = this.#held.get(place) ?? "";
      this.#held.set(place, to);
      if (from !== to && key !== TIME_FIELD) changes.push({ label: labelOf(key), from, to });
    }
    return changes.toSorted((a, b) => LABELS.indexOf(a.label) - LABELS.indexOf(b.label));
  }
}

function isAbout(write: SandboxWrite, account: SandboxAccount): boolean {
  if (write.objectType === "company") return account.hubspotCompanyId === write.id;
  if (write.objectType === "organization") return account.zendeskOrganizationId === write.id;
  return write.platform === "zendesk" && account.zendeskTicketIds.includes(write.id);
}

const nameOf = (write: SandboxWrite, account: SandboxAccount | null): string =>
  write.objectType === "ticket"
    ? `#${write.id}${account ? ` · ${account.name}` : ""}`
    : (account?.name ?? `${write.objectType} ${write.id}`);

const labelOf = (key: string): string =>
  key.startsWith("custom_field_") ? TICKET_BAND_FIELD.title : (fields.get(key)?.label ?? key);

/** A value as a person would say it; drop-downs lose the prefix that keeps their tags apart. */
export function shown(key: string, raw: unknown): string {
  if (raw === null || raw === undefined) return "";
  const text = Array.isArray(raw) ? raw.join(", ") : String(raw);
  const field = fields.get(key);
  if (text.startsWith(TICKET_BAND_FIELD.prefix)) return capital(text.slice(TICKET_BAND_FIELD.prefix.length));
  if (!field || text === "") return text;
  return shownField(field, text);
}

function shownField(field: WriteBackField, text: string): string {
  if (field.type === "probability") return `${Math.round(Number(text) * 1000) / 10}%`;
  if (field.type === "flag") return text === "true" ? "Yes" : "No";
  if (field.type !== "choice") return text;
  const option = Object.entries(field.options ?? {}).find(
    ([value]) => text === value || text === organizationChoice(field.key, value),
  );
  return option?.[1] ?? text;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
