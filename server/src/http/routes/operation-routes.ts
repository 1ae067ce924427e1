import type { RequestHandler } from "express";
import { inReadingOrder, paceOf } from "../../services/backfill-pace.ts";
import { listConnections } from "../../services/list-connections.ts";
import type { ApiRoute } from "../api-route.ts";
import type { HttpDeps } from "../deps.ts";
import { tenantOf, tenantsShownTo } from "./tenant-of.ts";

/** What an admin looks at when something does not arrive. */
export const operationRoutes = (deps: HttpDeps): ApiRoute[] => [
  {
    method: "get",
    path: "/intake/counts",
    action: "intake.read",
    summary: "Events per source, exact",
    answer: { description: "Counts" },
    handle: async (req, res) => {
      res.json(await deps.events.counts(await tenantOf(deps, req, res)));
    },
  },
  {
    method: "get",
    path: "/connections",
    action: "connections.read",
    summary: "Connected platforms",
    answer: { description: "Connections" },
    handle: async (req, res) => {
      res.json({ connections: await listConnections(deps, tenantsShownTo(req, res)) });
    },
  },
  {
    method: "get",
    path: "/backfill",
    action: "backfill.read",
    summary: "Progress of reading history",
    answer: { description: "Progress" },
    handle: getBackfill(deps),
  },
  {
    method: "get",
    path: "/write-backs",
    action: "write_backs.read",
    summary: "What was written to the platforms lately",
    answer: { description: "Write-backs" },
    handle: async (req, res) => {
      res.json({ writeBacks: await deps.outbox.recent(await tenantOf(deps, req, res), 100) });
    },
  },
];

function getBackfill(deps: HttpDeps): RequestHandler {
  return async (req, res) => {
    const listed = await deps.connections.list(tenantsShownTo(req, res));
    const connections = await Promise.all(
      listed.map(async (connection) => ({
        connectionId: connection.id,
        platform: connection.platform,
        externalId: connection.externalId,
        status: connection.status,
        statusReason: connection.statusReason,
        objects: inReadingOrder(await deps.ledger.progress(connection.id)).map((progress, i, all) => {
          const { connectionId: _, cursor: __, ...shown } = progress;
          return { ...shown, ...paceOf(progress, all[i - 1] ?? null) };
        }),
        isDone: connection.syncedAt !== null,
      })),
    );
    res.json({ connections });
  };
}
