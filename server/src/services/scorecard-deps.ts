import type { TenantId } from "@bellwether/shared";
import type { Actor } from "./actor.ts";
import type { AuditEntry, AuditLog, Clock, ScorecardStore, TokenStore } from "./ports.ts";
import type { Definitions } from "./scoring-inputs.ts";

/** What the services of the life of a scorecard need. */
export interface ScorecardDeps {
  scorecards: ScorecardStore;
  tokens: Pick<TokenStore, "list">;
  audit: Pick<AuditLog, "record">;
  clock: Clock;
  /** Where a tenant has none of its own. */
  definitions: Pick<Definitions, "scorecard">;
  sha256(text: string): string;
}

/** Who wants something done to which version. */
export interface ScorecardAct {
  tenant: TenantId;
  actor: Actor;
  version: string;
}

/** Writes down what was done. */
export const recordAct = (
  deps: Pick<ScorecardDeps, "audit" | "clock">,
  { tenant, actor, version }: ScorecardAct,
  action: string,
  detail: AuditEntry["detail"] = {},
): Promise<void> =>
  deps.audit.record(tenant, [
    {
      at: deps.clock.now(),
      actor: actor.id,
      action,
      subject: `scorecard:${version}`,
      outcome: "allowed",
      detail,
    },
  ]);
