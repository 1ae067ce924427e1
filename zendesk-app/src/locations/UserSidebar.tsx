import { AccountHealth } from "../components/AccountHealth.tsx";
import { useAccountHealth } from "../hooks/useAccountHealth.ts";

/** Health of the customer that a person belongs to. */
export function UserSidebar() {
  return <AccountHealth {...useAccountHealth("user_sidebar")} />;
}
