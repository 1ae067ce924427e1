import {
  backtestReportSchema,
  bandChangeSchema,
  previewReportSchema,
  shadowReportSchema,
} from "@bellwether/shared";
import { z } from "zod";
import { compareWithShadow } from "../../services/compare-shadow.ts";
import { getBacktest } from "../../services/get-backtest.ts";
import type { StoredScorecard } from "../../services/ports.ts";
import { previewScorecard } from "../../services/preview-scorecard.ts";
import { backtestRequest, requestBacktest } from "../../services/request-backtest.ts";
import { endShadow, shadowRequest, startShadow } from "../../services/shadow-scorecard.ts";
import { backtestStateSchema } from "../../services/stored-backtest.ts";
import type { ApiRoute } from "../api-route.ts";
import type { HttpDeps } from "../deps.ts";
import { actorOf } from "../middleware/api-actor.ts";
import { parseRequest } from "../parse-request.ts";
import { tenantOf, versionOf } from "./tenant-of.ts";

const changesQuery = z.object({
  /** Page of the customers who change band. */
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(2000).default(100),
});

const answerSchema = backtestStateSchema.extend({
  /** Why the report no longer says what it would say today; `null` = it does. */
  outdated: z.string().nullable(),
  report: backtestReportSchema
    .extend({
      changes: z.object({
        total: z.int(),
        needsGrant: z.boolean(),
        kept: z.int(),
        items: z.array(bandChangeSchema),
        next: z.int().nullable(),
      }),
    })
    .nullable(),
});

const shadowPeriod = z.object({
  version: z.string(),
  shadowSince: z.iso.datetime().nullable(),
  shadowUntil: z.iso.datetime().nullable(),
});

const periodOf = ({ version, shadowSince, shadowUntil }: StoredScorecard): object => ({
  version,
  shadowSince,
  shadowUntil,
});

/** What a scorecard would do, and would have done, before anybody sees its scores. */
export const backtestRoutes = (deps: HttpDeps): ApiRoute[] => [...testRoutes(deps), ...shadowRoutes(deps)];

const testRoutes = (deps: HttpDeps): ApiRoute[] => [
  {
    method: "get",
    path: "/scorecards/:version/preview",
    action: "scorecard.preview",
    summary: "What a version would change today; for drafts, too",
    answer: { description: "Distribution and every customer who changes band", schema: previewReportSchema },
    handle: async (req, res) => {
      res.json(await previewScorecard(deps, await tenantOf(deps, req, res), versionOf(req), actorOf(res)));
    },
  },
  {
    method: "get",
    path: "/scorecards/:version/backtest",
    action: "scorecard.backtest.read",
    summary: "State of a version's backtest, and the newest report",
    query: changesQuery,
    answer: { description: "State and report, with one page of the changes", schema: answerSchema },
    handle: async (req, res) => {
      const page = { ...parseRequest(changesQuery, req.query), reader: actorOf(res) };
      res.json(await getBacktest(deps, await tenantOf(deps, req, res), versionOf(req), page));
    },
  },
  {
    method: "post",
    path: "/scorecards/:version/backtest",
    action: "scorecard.backtest",
    summary: "Runs a version over the past, beside the one in force; one run at a time per version",
    body: backtestRequest,
    answer: { status: 202, description: "State of the run", schema: backtestStateSchema },
    handle: async (req, res) => {
      const wanted = parseRequest(backtestRequest, req.body ?? {});
      const asked = { tenant: await tenantOf(deps, req, res), actor: actorOf(res), version: versionOf(req) };
      res.status(202).json(await requestBacktest(deps, asked, wanted));
    },
  },
];

const shadowRoutes = (deps: HttpDeps): ApiRoute[] => [
  {
    method: "get",
    path: "/scorecards/:version/shadow",
    action: "scorecard.shadow.read",
    summary: "A version in its shadow period beside the ones in force",
    answer: {
      description: "Agreement, alarms that only one raised, and who was right",
      schema: shadowReportSchema.extend({
        ...shadowPeriod.shape,
        isRunning: z.boolean(),
        daysRun: z.int(),
        needsGrant: z.boolean(),
        hidden: z.string().nullable(),
      }),
    },
    handle: async (req, res) => {
      res.json(await compareWithShadow(deps, await tenantOf(deps, req, res), versionOf(req), actorOf(res)));
    },
  },
  {
    method: "post",
    path: "/scorecards/:version/shadow",
    action: "scorecard.shadow.start",
    summary: "Has a proposed version calculated beside the ones in force, without showing it",
    body: shadowRequest,
    answer: { description: "The period", schema: shadowPeriod },
    handle: async (req, res) => {
      const { days } = parseRequest(shadowRequest, req.body);
      const asked = { tenant: await tenantOf(deps, req, res), actor: actorOf(res), version: versionOf(req) };
      res.json(periodOf(await startShadow(deps, asked, days)));
    },
  },
  {
    method: "delete",
    path: "/scorecards/:version/shadow",
    action: "scorecard.shadow.end",
    summary: "Ends a shadow period; the comparison stays",
    answer: { description: "The period", schema: shadowPeriod },
    handle: async (req, res) => {
      const asked = { tenant: await tenantOf(deps, req, res), actor: actorOf(res), version: versionOf(req) };
      res.json(periodOf(await endShadow(deps, asked)));
    },
  },
];
