import { AccountHealth } from "../components/AccountHealth.tsx";
import { useAccountHealth } from "../hooks/useAccountHealth.ts";

/** Health of the requester's customer, beside a ticket. */
export function TicketSidebar() {
  return <AccountHealth {...useAccountHealth("ticket_sidebar")} />;
}
