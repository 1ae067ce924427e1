export type SandboxPlatform = "hubspot" | "zendesk";

/** What happens in an account's year; `prospect` has not bought yet, `sparse` has too little data for a score. */
export type Story =
  | "growing"
  | "stable"
  | "declining"
  | "recovering"
  | "churned"
  | "new"
  | "sparse"
  | "prospect";

/** One customer of the book as the sandbox made it; the truth that matching and scoring can be judged against. */
export interface SandboxAccount {
  /** Stable for a seed, e.g. `veldora-logistics`. */
  key: string;
  name: string;
  story: Story;
  hubspotCompanyId: string;
  /** `null` = the customer is not known at Zendesk. */
  zendeskOrganizationId: string | null;
  contactIds: string[];
  dealIds: string[];
  hubspotTicketIds: string[];
  zendeskTicketIds: string[];
  zendeskUserIds: string[];
}

/** One row that a platform accepted from an API caller. */
export interface SandboxWrite {
  at: Date;
  platform: SandboxPlatform;
  /** HubSpot portal id or Zendesk subdomain. */
  tenant: string;
  objectType: "company" | "contact" | "deal" | "ticket" | "organization";
  id: string;
  /** Ticket fields are named `custom_field_<id>`. */
  values: Record<string, string | number | boolean | null | string[]>;
  /** Of a ticket: its status when it was written to. */
  ticketStatus: string | null;
}

/** A property, field, group or webhook that an API caller made, changed or removed. */
export interface SandboxDefinition {
  at: Date;
  platform: SandboxPlatform;
  tenant: string;
  kind: "property" | "property_group" | "organization_field" | "ticket_field" | "webhook";
  key: string;
  action: "created" | "changed" | "deleted";
}

/** One answered (or dropped) API request. */
export interface SandboxRequest {
  at: Date;
  platform: SandboxPlatform;
  method: string;
  path: string;
  /** `null` = the answer was dropped by a fault. */
  status: number | null;
}

/** Limits of the platforms' public plans; tests and the demo may set others. */
export interface SandboxLimits {
  /** HubSpot requests per portal in 10 s. */
  hubspotPerTenSeconds: number;
  hubspotSearchesPerSecond: number;
  /** Zendesk requests per account and minute. */
  zendeskPerMinute: number;
  zendeskExportsPerMinute: number;
  /** Exports leave rows out that changed this lately, so that rows being written are not missed. */
  zendeskExportQuietMs: number;
  zendeskOpenJobs: number;
  /** How long a job stays queued, and again how long it works. */
  zendeskJobStepMs: number;
}

export const DEFAULT_LIMITS: SandboxLimits = {
  hubspotPerTenSeconds: 190,
  hubspotSearchesPerSecond: 5,
  zendeskPerMinute: 700,
  zendeskExportsPerMinute: 10,
  zendeskExportQuietMs: 60_000,
  zendeskOpenJobs: 30,
  zendeskJobStepMs: 25,
};
