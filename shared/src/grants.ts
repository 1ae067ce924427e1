import type { Role } from "./roles.ts";

export interface Grants {
  /** Explicit grant for financial fields. */
  financial: boolean;
}

/** Agents never see financial fields, whatever they were granted. */
export const maySeeFinancial = (role: Role, { financial }: Grants): boolean => financial && role !== "agent";

/** Stands in the place of what is hidden. */
export const NEEDS_GRANT = "Shown only with the financial grant.";
