import type { Band } from "@bellwether/shared";

/** What the demo's server tells its page. Only the demo speaks this; nothing of the product depends on it. */

export type ActionName =
  | "urgentTicket"
  | "resolveTickets"
  | "usageDrops"
  | "usageRecovers"
  | "championLeaves"
  | "badRating"
  | "goodRating";

export interface DemoAccount {
  key: string;
  name: string;
  /** What the sandbox plays with this account, e.g. "declining". */
  story: string;
  hubspotCompanyId: string;
  zendeskOrganizationId: string | null;
  zendeskTicketIds: string[];
}

/** An account's line in the picker. */
export interface Glance {
  /** `null` = not calculated, or not enough data. */
  healthScore: number | null;
  band: Band | null;
  isAtRisk: boolean;
  /** Why Zendesk's organization of the same name does not count yet; empty when there is no such doubt. */
  matchDoubt: string;
}

export interface HistoryRead {
  platform: "hubspot" | "zendesk";
  objectType: string;
  recordsRead: number;
  /** `null` where the platform does not say. */
  recordsTotal: number | null;
  isDone: boolean;
}

export interface ServerState {
  /** `reading` = history is being read; `down` = the server does not answer. */
  phase: "starting" | "reading" | "live" | "down";
  /** For people; empty when there is nothing to say. */
  message: string;
  history: HistoryRead[];
}

export interface FieldChange {
  label: string;
  /** As it stood at the platform before; empty = not set. */
  from: string;
  to: string;
}

export interface WriteBackEntry {
  id: number;
  at: string;
  platform: "hubspot" | "zendesk";
  recordType: string;
  recordName: string;
  /** `null` = a record of no account of the book. */
  accountKey: string | null;
  changes: FieldChange[];
}

export interface JourneyStep {
  step: "sent" | "scored" | "written_back";
  /** Milliseconds since the button was pressed. */
  elapsedMs: number;
}

/** What became of one press of a button. */
export interface Journey {
  id: number;
  accountKey: string;
  accountName: string;
  action: ActionName;
  state: "running" | "done" | "unchanged" | "failed";
  steps: JourneyStep[];
  scoreBefore: number | null;
  scoreAfter: number | null;
  bandBefore: Band | null;
  bandAfter: Band | null;
  /** Reasons that were not there before, at most two. */
  newReasons: string[];
  /** Why it failed or changed nothing; empty otherwise. */
  message: string;
}

/** Server-sent events: the first is always `snapshot`. */
export type DemoEvent =
  | { type: "snapshot"; snapshot: DemoSnapshot }
  | { type: "server"; server: ServerState }
  | { type: "glances"; glances: Record<string, Glance> }
  | { type: "tickets"; accountKey: string; zendeskTicketIds: string[] }
  | { type: "write"; write: WriteBackEntry }
  | { type: "journey"; journey: Journey };

export interface DemoSnapshot {
  accounts: DemoAccount[];
  glances: Record<string, Glance>;
  server: ServerState;
  /** Newest first. */
  writes: WriteBackEntry[];
  journeys: Journey[];
  hubspot: { portalId: number; appId: string; user: DemoUser; apiUrl: string };
  zendesk: { subdomain: string; appUrl: string; settings: Record<string, string> };
}

/** The signed-in person that both hosts play. */
export interface DemoUser {
  id: number;
  email: string;
  firstName: string;
  lastName: string;
}

export interface RecordField {
  name: string;
  label: string;
  value: string;
  isOurs: boolean;
}

export interface CompanyRecord {
  id: string;
  name: string;
  domain: string;
  fields: RecordField[];
  /** All of the record's properties as the platform holds them. */
  properties: Record<string, string>;
}

export interface TicketRecord {
  id: string;
  subject: string;
  description: string;
  status: string;
  priority: string;
  type: string;
  createdAt: string;
  tags: string[];
  requester: { id: number; name: string; email: string };
  organization: { id: number; name: string } | null;
  /** Label of the "Customer health" drop-down; empty = not set. */
  band: string;
}

/** What a call through HubSpot's backend or Zendesk's proxy came to; the call itself always answers 200. */
export interface ForwardedResponse {
  status: number;
  contentType: string;
  body: string;
}
