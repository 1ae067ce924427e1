import { createHash, randomBytes, randomUUID } from "node:crypto";
import {
  type AccountId,
  CHURN_PRIOR_V1,
  type RecordRef,
  refKey,
  SCORECARD_DEFAULT_V1,
  type TenantId,
} from "@bellwether/shared";
import type { Logger } from "pino";
import { trainInThread } from "./adapters/compute/train-in-thread.ts";
import { createTrace } from "./adapters/observability/trace.ts";
import { zendeskAppTokens } from "./adapters/zendesk/app-jwt.ts";
import { composeFront, type FrontParts } from "./compose-front.ts";
import type { Config } from "./config.ts";
import { openPlatforms, publicUrlOf } from "./platforms.ts";
import type { Trace } from "./services/ports.ts";

/** Everything joined: what routes and jobs are given. */
export type Parts = ReturnType<typeof composeRest>;

/** The one place where adapters meet services. Opens the database and the queue, and closes them. */
export async function compose(config: Config, log: Logger, isWorker: boolean, trace: Trace = createTrace()) {
  return composeRest(config, await composeFront(config, log, isWorker, trace));
}

/** The second half: the platforms, and what people and jobs ask for. */
export function composeRest(config: Config, front: FrontParts) {
  const { connections, tenants, directory, queue, clock, log, meter, database } = front;
  const platforms = openPlatforms(config, {
    connections,
    clock,
    log,
    meter,
    sharing: {
      budgets: front.budgets,
      hasOthers: database.kind === "server",
      onTrouble: (error) => log.warn({ err: error }, "a pause did not reach the other processes"),
    },
    onRecreated: (connection, keys) => front.outbox.rewrite(connection, keys),
  });
  const connect = {
    connections,
    tenants,
    directory,
    queue,
    clock,
    sealer: front.sealer,
    oauth: platforms.oauth,
    newTenantId: () => randomUUID() as TenantId,
    newSecret: () => randomBytes(32).toString("base64url"),
    sha256: (text: string) => createHash("sha256").update(text).digest("base64url"),
  };
  return {
    ...front,
    connect,
    accountIdOf,
    gatewayFor: platforms.gatewayFor,
    lookUpPortalId: platforms.lookUpPortalId,
    definitions: { scorecard: SCORECARD_DEFAULT_V1, churnModel: CHURN_PRIOR_V1 },
    coalescingWindowMs: config.COALESCING_WINDOW_MS,
    trainModel: trainInThread,
    appTokens: zendeskAppTokens([publicUrlOf(config)]),
  };
}

/** The same party always gets the same account, so that a step repeated after a crash makes no second one. */
function accountIdOf(tenant: TenantId, ref: RecordRef): AccountId {
  const hash = createHash("sha256")
    .update(`${tenant} ${refKey(ref)}`)
    .digest("hex");
  // laid out as a version 8 UUID (RFC 9562: contents of one's own making)
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}` as AccountId;
}
