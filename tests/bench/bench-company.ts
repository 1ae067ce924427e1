import { DAY_MS } from "@bellwether/shared";

const CREATED = "2024-06-01T00:00:00.000Z";
const now = Date.now();
const MEASURED = new Date(now - 2 * DAY_MS).toISOString();
const CONTACTED = new Date(now - 3 * DAY_MS).toISOString();

/** What a company says of its product usage, other for each; 60 to 76% of its seats are in use. */
const gaugesOf = (id: string) => {
  const i = Number(id) % 997;
  return {
    active_users_30d: String(30 + (i % 9)),
    logins_30d: String(100 + (i % 150)),
    active_days_30d: String(12 + (i % 8)),
    features_activated: String(3 + (i % 7)),
    features_available: "10",
    licensed_seats: "50",
    customer_since: "2024-06-01",
    onboarding_progress: "90",
  };
};
export const GAUGES = Object.keys(gaugesOf("0"));
/** Many fewer than any company has at first, so that the change moves every score. */
export const FEW_USERS = 12;
export const CHANGED_PROPERTY = "active_users_30d";

/**
 * A company as HubSpot's batch read and list answer it.
 * @param state `change` of its active users, `null` = none yet; `written` by us; `template` = the company that it
 * measures like
 */
export function companyAnswer(
  id: string,
  {
    change,
    written,
    template,
  }: {
    change: { at: string; activeUsers: number } | null;
    written: Readonly<Record<string, string>>;
    template: string;
  },
  names: readonly string[],
  withHistory: readonly string[],
): object {
  const before: Record<string, string> = {
    name: `Company ${id}`,
    domain: `c${id}.example`,
    lifecyclestage: "customer",
    notes_last_contacted: CONTACTED,
    ...gaugesOf(template),
    ...written,
  };
  const after = change ? { ...before, [CHANGED_PROPERTY]: String(change.activeUsers) } : before;
  const versions = (name: string): object[] => {
    if (before[name] === undefined) return [];
    const first = { value: before[name], timestamp: MEASURED };
    return change && name === CHANGED_PROPERTY
      ? [{ value: after[name], timestamp: change.at }, first]
      : [first];
  };
  return {
    id,
    properties: Object.fromEntries(names.map((name) => [name, after[name] ?? null])),
    propertiesWithHistory: Object.fromEntries(withHistory.map((name) => [name, versions(name)])),
    createdAt: CREATED,
    updatedAt: change?.at ?? MEASURED,
    archived: false,
  };
}
