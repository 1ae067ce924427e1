export const SIDEBARS = ["ticket_sidebar", "user_sidebar", "organization_sidebar"] as const;
export type Sidebar = (typeof SIDEBARS)[number];

/** One way to ask the server whose health is wanted. */
export type Subject =
  | { by: "ticketId"; id: string }
  | { by: "organizationId"; id: string }
  | { by: "userId"; id: string };

/** What `client.get` must read to know the subject. */
export const SUBJECT_PATHS: Record<Sidebar, readonly string[]> = {
  ticket_sidebar: ["ticket.id", "ticket.organization.id", "ticket.requester.id"],
  user_sidebar: ["user.id"],
  organization_sidebar: ["organization.id"],
};

/** Events after which another customer may be the one in question. */
export const SUBJECT_EVENTS: Record<Sidebar, readonly string[]> = {
  ticket_sidebar: ["ticket.requester.id.changed", "ticket.organization.changed"],
  user_sidebar: ["user.id.changed"],
  organization_sidebar: ["organization.id.changed"],
};

/** Events after which the same customer's health will soon be another. */
export const SAVE_EVENTS: Record<Sidebar, readonly string[]> = {
  ticket_sidebar: ["ticket.submit.done", "ticket.updated"],
  user_sidebar: [],
  organization_sidebar: [],
};

const WAYS = {
  "ticket.id": "ticketId",
  "ticket.organization.id": "organizationId",
  "ticket.requester.id": "userId",
  "user.id": "userId",
  "organization.id": "organizationId",
} as const;

/**
 * The ways to ask, best first. The server knows a saved ticket best (it also matches by person), but not one that is
 * new or whose requester was just changed on the screen: then organization and requester are asked for.
 * @param values what `client.get` answered; paths that could not be read are absent
 * @param isRequesterUnsaved the requester was changed here and the ticket not saved since
 * @returns empty when the record names nobody yet, e.g. a new ticket without a requester
 */
export function subjectsOf(
  sidebar: Sidebar,
  values: Readonly<Record<string, unknown>>,
  isRequesterUnsaved: boolean,
): Subject[] {
  const paths = SUBJECT_PATHS[sidebar] as readonly (keyof typeof WAYS)[];
  return paths.flatMap((path) => {
    const value = values[path];
    const isKnown = (typeof value === "number" || typeof value === "string") && String(value) !== "";
    if (!isKnown || (path === "ticket.id" && isRequesterUnsaved)) return [];
    return [{ by: WAYS[path], id: String(value) }];
  });
}
