import { AccountHealth } from "../components/AccountHealth.tsx";
import { useAccountHealth } from "../hooks/useAccountHealth.ts";

/** Health of the customer that is this organization. */
export function OrganizationSidebar() {
  return <AccountHealth {...useAccountHealth("organization_sidebar")} />;
}
