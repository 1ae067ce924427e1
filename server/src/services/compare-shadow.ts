import {
  type AccountId,
  type Band,
  bandSchema,
  compareShadow,
  DAY_MS,
  type HealthResult,
  lostSince,
  maySeeFinancial,
  NEEDS_FINANCIAL_GRANT,
  type Segment,
  type ShadowedAccount,
  type ShadowReport,
  type ShadowStanding,
  type TenantId,
  tellDays,
  tellsOfMoney,
} from "@bellwether/shared";
import { AppError } from "./errors.ts";
import { storedOrTemplate } from "./known-scorecards.ts";
import type { ReportReader } from "./open-report.ts";
import type {
  AccountStore,
  Clock,
  DayStanding,
  OutcomeStore,
  ScorecardStore,
  ShadowHistory,
  ShadowScore,
  ShadowStore,
} from "./ports.ts";
import { cardsBeside } from "./scorecard-plan.ts";
import { isInShadow } from "./shadow-scorecard.ts";
import { type DefinitionDeps, tenantDefinitions } from "./tenant-definitions.ts";

export interface CompareShadowDeps extends DefinitionDeps {
  scorecards: ScorecardStore;
  accounts: Pick<AccountStore, "list">;
  shadows: Pick<ShadowStore, "latest">;
  shadowHistory: ShadowHistory;
  outcomes: Pick<OutcomeStore, "believed">;
  clock: Clock;
}

const PAGE = 200;

/**
 * What a version says in its shadow period beside what is in force, and once outcomes are known, which was right.
 * @throws {AppError} `not_found`; `conflict` where there never was such a period
 */
export async function compareWithShadow(
  deps: CompareShadowDeps,
  tenant: TenantId,
  version: string,
  reader: ReportReader,
) {
  const card = await storedOrTemplate(deps, tenant, version);
  const { shadowSince, shadowUntil } = card;
  if (shadowSince === null || shadowUntil === null)
    throw new AppError(
      "conflict",
      "This version never ran in the shadow. Propose it and start a shadow period.",
    );
  const now = deps.clock.now();
  const untilMs = Math.min(shadowUntil.getTime(), now.getTime());
  const accounts = await readShadowed(deps, tenant, {
    version,
    segments: card.segments,
    since: shadowSince,
    now,
  });
  const needsGrant = tellsOfMoney(cardsBeside(await tenantDefinitions(deps, tenant, now), card));
  const isOpen = !needsGrant || maySeeFinancial(reader.role, reader);
  const report = compareShadow(accounts, now);
  return {
    version,
    shadowSince,
    shadowUntil,
    isRunning: isInShadow(card, now),
    /** Begun days count. */
    daysRun: Math.max(1, Math.ceil((untilMs - shadowSince.getTime()) / DAY_MS)),
    ...(isOpen ? report : withoutCustomers(report)),
    needsGrant,
    hidden: isOpen ? null : NEEDS_FINANCIAL_GRANT,
  };
}

const withoutCustomers = ({ differing, alarms, ...report }: ShadowReport): ShadowReport => ({
  ...report,
  differing: { ...differing, items: [] },
  alarms: {
    ...alarms,
    activeOnly: { ...alarms.activeOnly, items: [] },
    shadowOnly: { ...alarms.shadowOnly, items: [] },
  },
});

interface Period {
  version: string;
  segments: readonly Segment[];
  since: Date;
  now: Date;
}

async function readShadowed(
  deps: CompareShadowDeps,
  tenant: TenantId,
  period: Period,
): Promise<ShadowedAccount[]> {
  const { version, segments, since, now } = period;
  const found: ShadowedAccount[] = [];
  for (let after: string | null = null; ; ) {
    const page = await deps.accounts.list(tenant, { after, limit: PAGE });
    const ids = page.accounts.map((account) => account.id);
    const [shadows, days, outcomes] = await Promise.all([
      deps.shadows.latest(tenant, version, ids),
      deps.shadowHistory.days(tenant, version, ids, since),
      deps.outcomes.believed(tenant, ids),
    ]);
    const active = Map.groupBy(days.active, (day) => day.accountId);
    const shadow = Map.groupBy(days.shadow, (day) => day.accountId);
    for (const { id, name, latest } of page.accounts) {
      const told = outcomes.get(id) ?? [];
      const isLost = lostSince(told, now) !== null;
      const newest = shadows.get(id);
      found.push({
        id,
        name,
        active:
          isLost || latest === null || !segments.includes(latest.result.segment)
            ? null
            : standingOf(latest.result),
        shadow: isLost || newest === undefined || newest.at < since ? null : shadowStanding(newest),
        ...daysOf(id, active, shadow),
        outcomes: told,
      });
    }
    if (page.next === null) return found;
    after = page.next;
  }
}

type Days = ReadonlyMap<AccountId, DayStanding[]>;
const daysOf = (id: AccountId, active: Days, shadow: Days) => ({
  activeDays: tellDays(active.get(id) ?? []),
  shadowDays: tellDays(shadow.get(id) ?? []),
});

const standingOf = ({ band, healthScore, atRisk }: HealthResult): ShadowStanding => ({
  band,
  healthScore,
  isAtRisk: atRisk.isAtRisk,
});

const shadowStanding = ({ band, healthScore, isAtRisk }: ShadowScore): ShadowStanding => ({
  band: bandOf(band),
  healthScore,
  isAtRisk,
});

const bandOf = (text: string | null): Band | null => (text === null ? null : bandSchema.parse(text));
