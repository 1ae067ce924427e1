export type TicketStatus = "new" | "open" | "pending" | "hold" | "solved" | "closed" | "deleted";
export type TicketPriority = "low" | "normal" | "high" | "urgent";
export type FieldValue = string | number | boolean | null;

/** Times are milliseconds throughout; the API writes them in whole seconds. */
export interface Ticket {
  id: number;
  subject: string;
  description: string;
  status: TicketStatus;
  priority: TicketPriority | null;
  ticketType: "incident" | "question" | "problem" | "task" | null;
  requesterId: number;
  assigneeId: number | null;
  organizationId: number | null;
  tags: string[];
  fields: Map<number, FieldValue>;
  createdAt: number;
  updatedAt: number;
  /** When the export last had a reason to show it. */
  generatedAt: number;
  solvedAt: number | null;
  firstReplyMinutes: number | null;
  reopens: number;
  replies: number;
}

export interface Organization {
  id: number;
  name: string;
  externalId: string | null;
  domainNames: string[];
  tags: string[];
  fields: Map<string, FieldValue>;
  createdAt: number;
  updatedAt: number;
  deletedAt: number | null;
}

export interface User {
  id: number;
  name: string;
  email: string;
  role: "end-user" | "agent" | "admin";
  organizationId: number | null;
  isSuspended: boolean;
  createdAt: number;
  updatedAt: number;
}

/** An answered satisfaction survey, whichever of the two back ends tells of it. */
export interface Rating {
  id: number;
  ticketId: number;
  requesterId: number;
  assigneeId: number | null;
  isGood: boolean;
  comment: string | null;
  createdAt: number;
}

export interface FieldOption {
  id: number;
  name: string;
  value: string;
}

export interface Field {
  id: number;
  /** Of organization fields; ticket fields have ids only. */
  key: string | null;
  type: string;
  title: string;
  description: string;
  isActive: boolean;
  /** Of a checkbox. */
  tag: string | null;
  options: FieldOption[];
  createdAt: number;
  updatedAt: number;
}

export interface Webhook {
  id: string;
  name: string;
  endpoint: string;
  status: "active" | "inactive";
  subscriptions: string[];
  customHeaders: Record<string, string>;
  signingSecret: string;
  createdAt: number;
  updatedAt: number;
}

/** What Zendesk tells of a change; `type` without its `zen:event-type:`. */
export interface ZendeskChange {
  type: string;
  subject:
    | { kind: "ticket"; record: Ticket }
    | { kind: "organization"; record: Organization }
    | { kind: "user"; record: User };
  event: Record<string, unknown>;
  actorId: number;
}

export interface TicketChange {
  status?: TicketStatus | undefined;
  priority?: TicketPriority | undefined;
  tags?: readonly string[] | undefined;
  organizationId?: number | null | undefined;
  fields?: ReadonlyMap<number, FieldValue> | undefined;
}
export interface OrganizationChange {
  name?: string | undefined;
  externalId?: string | null | undefined;
  domainNames?: readonly string[] | undefined;
  tags?: readonly string[] | undefined;
  fields?: ReadonlyMap<string, FieldValue> | undefined;
}
