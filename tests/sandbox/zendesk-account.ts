import type { SandboxClock } from "./clock.ts";
import { organizationChanges, ticketChanges } from "./zendesk-changes.ts";
import type {
  Field,
  Organization,
  OrganizationChange,
  Rating,
  Ticket,
  TicketChange,
  User,
  Webhook,
  ZendeskChange,
} from "./zendesk-types.ts";

type NewTicket = Pick<Ticket, "subject" | "description" | "requesterId" | "organizationId"> &
  Partial<Omit<Ticket, "id" | "fields">>;
type NewOrganization = Pick<Organization, "name" | "domainNames"> & Partial<Omit<Organization, "id">>;
type NewUser = Pick<User, "name" | "email"> & Partial<Omit<User, "id">>;

/** One Zendesk account: its records, fields and webhooks. Changes come out through `onChange`, in order. */
export class ZendeskAccount {
  readonly subdomain: string;
  readonly accountId = 4_412_907;
  readonly #clock: SandboxClock;
  readonly tickets = new Map<number, Ticket>();
  readonly organizations = new Map<number, Organization>();
  readonly users = new Map<number, User>();
  readonly ratings: Rating[] = [];
  readonly organizationFields: Field[] = [];
  readonly ticketFields: Field[] = [];
  readonly webhooks: Webhook[] = [];
  #nextId: Record<"ticket" | "organization" | "user" | "other", number>;
  /** The admin whose consent the app runs on. */
  readonly appUser: User;
  /** Called after each change; not set while the book is being made. */
  onChange: (changes: readonly ZendeskChange[]) => void = () => undefined;

  constructor(options: { subdomain: string; clock: SandboxClock; createdAt: number; firstId: number }) {
    this.subdomain = options.subdomain;
    this.#clock = options.clock;
    const { firstId } = options;
    this.#nextId = {
      ticket: 1001,
      organization: firstId,
      user: firstId + 5_000_000,
      other: firstId + 9_000_000,
    };
    this.appUser = this.addUser({
      name: "Ingrid Vale",
      email: "ingrid.vale@vendor.example",
      role: "admin",
      createdAt: options.createdAt,
    });
  }

  newId(): number {
    return this.#nextId.other++;
  }

  addUser(user: NewUser): User {
    const at = user.createdAt ?? this.#clock.stamp();
    const id = this.#nextId.user++;
    const added: User = {
      role: "end-user",
      organizationId: null,
      isSuspended: false,
      createdAt: at,
      updatedAt: at,
      ...user,
      id,
    };
    this.users.set(id, added);
    this.#tell("user.created", { kind: "user", record: added }, {}, added.id);
    return added;
  }

  addOrganization(organization: NewOrganization): Organization {
    const at = organization.createdAt ?? this.#clock.stamp();
    const id = this.#nextId.organization++;
    const added: Organization = {
      externalId: null,
      tags: [],
      fields: new Map(),
      createdAt: at,
      updatedAt: at,
      deletedAt: null,
      ...organization,
      id,
    };
    this.organizations.set(id, added);
    this.#tell("organization.created", { kind: "organization", record: added }, {}, this.appUser.id);
    return added;
  }

  addTicket(ticket: NewTicket): Ticket {
    const at = ticket.createdAt ?? this.#clock.stamp();
    const updatedAt = ticket.updatedAt ?? at;
    const id = this.#nextId.ticket++;
    const added: Ticket = {
      status: "new",
      priority: null,
      ticketType: "question",
      assigneeId: null,
      tags: [],
      createdAt: at,
      solvedAt: null,
      firstReplyMinutes: null,
      reopens: 0,
      replies: 0,
      ...ticket,
      id,
      fields: new Map(),
      updatedAt,
      generatedAt: ticket.generatedAt ?? updatedAt,
    };
    this.tickets.set(id, added);
    this.#tell("ticket.created", { kind: "ticket", record: added }, {}, added.requesterId);
    return added;
  }

  /** Applies it, moves times and solving along, and tells each part that changed. */
  changeTicket(ticket: Ticket, change: TicketChange, actorId: number): void {
    const before = { ...ticket, fields: new Map(ticket.fields) };
    const at = this.#clock.stamp();
    if (change.status !== undefined) this.#setStatus(ticket, change.status, at);
    ticket.priority = change.priority ?? ticket.priority;
    ticket.tags = change.tags === undefined ? ticket.tags : [...new Set(change.tags)].sort();
    if (change.organizationId !== undefined) ticket.organizationId = change.organizationId;
    for (const [id, value] of change.fields ?? []) ticket.fields.set(id, value);
    ticket.updatedAt = at;
    ticket.generatedAt = at;
    this.onChange(ticketChanges(this.ticketFields, before, ticket, actorId));
  }

  deleteTicket(ticket: Ticket): void {
    ticket.status = "deleted";
    ticket.updatedAt = this.#clock.stamp();
    ticket.generatedAt = ticket.updatedAt;
    this.#tell("ticket.soft_deleted", { kind: "ticket", record: ticket }, {}, this.appUser.id);
  }

  changeOrganization(organization: Organization, change: OrganizationChange, actorId: number): void {
    const before = { ...organization, fields: new Map(organization.fields) };
    organization.name = change.name ?? organization.name;
    if (change.externalId !== undefined) organization.externalId = change.externalId;
    if (change.domainNames !== undefined) organization.domainNames = [...change.domainNames];
    if (change.tags !== undefined) organization.tags = [...new Set(change.tags)].sort();
    for (const [key, value] of change.fields ?? []) organization.fields.set(key, value);
    organization.updatedAt = this.#clock.stamp();
    this.onChange(organizationChanges(this.organizationFields, before, organization, actorId));
  }

  /** A customer answers the survey of a solved ticket. */
  addRating(
    ticket: Ticket,
    isGood: boolean,
    comment: string | null,
    at: number = this.#clock.stamp(),
  ): Rating {
    const { id: ticketId, requesterId, assigneeId } = ticket;
    const rating = { id: this.newId(), ticketId, requesterId, assigneeId, isGood, comment, createdAt: at };
    this.ratings.push(rating);
    ticket.generatedAt = Math.max(ticket.generatedAt, at);
    ticket.updatedAt = Math.max(ticket.updatedAt, at);
    const score = { satisfaction_score: { score: isGood ? "GOOD" : "BAD" } };
    this.#tell("ticket.csat_received", { kind: "ticket", record: ticket }, score, requesterId);
    return rating;
  }

  ratingOf(ticket: Ticket): Rating | null {
    return this.ratings.findLast(({ ticketId }) => ticketId === ticket.id) ?? null;
  }

  #setStatus(ticket: Ticket, status: Ticket["status"], at: number): void {
    const wasDone = ticket.status === "solved" || ticket.status === "closed";
    const isDone = status === "solved" || status === "closed";
    if (isDone && !wasDone) ticket.solvedAt = at;
    if (!isDone && wasDone) {
      ticket.solvedAt = null;
      ticket.reopens += 1;
    }
    ticket.status = status;
  }

  #tell(
    type: string,
    subject: ZendeskChange["subject"],
    event: Record<string, unknown>,
    actorId: number,
  ): void {
    this.onChange([{ type, subject, event, actorId }]);
  }
}
