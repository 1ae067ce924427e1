import type { SandboxClock } from "./clock.ts";
import type { ZendeskAccount } from "./zendesk-account.ts";
import type { Organization, Ticket, User, ZendeskChange } from "./zendesk-types.ts";

/** What agents and admins do beyond changing a field: each changes the account's records and tells its events. */
export interface ZendeskHappenings {
  undelete(ticket: Ticket): void;
  /** For good: nothing of it is left. */
  destroy(ticket: Ticket): void;
  /** `ticket` is closed; its conversation goes on in `into`. */
  mergeTickets(ticket: Ticket, into: Ticket): void;
  deleteOrganization(organization: Organization): void;
  deleteUser(user: User): void;
  /** `user` is gone; its tickets are those of `into`. */
  mergeUsers(user: User, into: User): void;
  /** @param organization `null` = none any more */
  moveUser(user: User, organization: Organization | null): void;
}

export function zendeskHappenings(account: ZendeskAccount, clock: SandboxClock): ZendeskHappenings {
  const actorId = account.appUser.id;
  const tell = (type: string, subject: ZendeskChange["subject"], event: Record<string, unknown> = {}) =>
    account.onChange([{ type, subject, event, actorId }]);
  const touch = (ticket: Ticket): void => {
    ticket.updatedAt = clock.stamp();
    ticket.generatedAt = ticket.updatedAt;
  };
  const ticketsOf = (wanted: (ticket: Ticket) => boolean): Ticket[] =>
    [...account.tickets.values()].filter(wanted);
  return {
    undelete: (ticket) => {
      ticket.status = ticket.solvedAt === null ? "open" : "solved";
      touch(ticket);
      tell("ticket.undeleted", { kind: "ticket", record: ticket });
    },
    destroy: (ticket) => {
      account.tickets.delete(ticket.id);
      tell("ticket.permanently_deleted", { kind: "ticket", record: ticket });
    },
    mergeTickets: (ticket, into) => {
      account.changeTicket(ticket, { status: "closed" }, actorId);
      touch(into);
      tell("ticket.merged", { kind: "ticket", record: ticket }, { target_ticket_id: String(into.id) });
    },
    deleteOrganization: (organization) => {
      organization.deletedAt = clock.stamp();
      organization.updatedAt = organization.deletedAt;
      for (const ticket of ticketsOf(({ organizationId }) => organizationId === organization.id)) {
        ticket.organizationId = null;
        touch(ticket);
      }
      for (const user of account.users.values())
        if (user.organizationId === organization.id) {
          user.organizationId = null;
          user.updatedAt = clock.stamp();
        }
      tell("organization.deleted", { kind: "organization", record: organization });
    },
    deleteUser: (user) => {
      account.users.delete(user.id);
      tell("user.deleted", { kind: "user", record: user });
    },
    mergeUsers: (user, into) => {
      for (const ticket of ticketsOf(({ requesterId }) => requesterId === user.id)) {
        ticket.requesterId = into.id;
        touch(ticket);
      }
      account.users.delete(user.id);
      tell("user.merged", { kind: "user", record: into }, { user: { id: String(user.id) } });
    },
    moveUser: (user, organization) => {
      const left = user.organizationId;
      user.organizationId = organization?.id ?? null;
      user.updatedAt = clock.stamp();
      const subject = { kind: "user", record: user } as const;
      if (left !== null)
        tell("user.organization_membership_deleted", subject, { organization: { id: String(left) } });
      if (organization !== null)
        tell("user.organization_membership_created", subject, {
          organization: { id: String(organization.id) },
        });
    },
  };
}
