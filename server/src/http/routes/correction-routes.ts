import {
  accountHealthView,
  changeExplanation,
  correctionEntry,
  correctionReportSchema,
  correctionViewSchema,
} from "@bellwether/shared";
import { z } from "zod";
import { explainAccount } from "../../services/explain-account.ts";
import { listCorrections } from "../../services/list-corrections.ts";
import { correctionReport } from "../../services/report-corrections.ts";
import { saveCorrection } from "../../services/save-correction.ts";
import { withdrawCorrection } from "../../services/withdraw-correction.ts";
import type { ApiRoute } from "../api-route.ts";
import type { HttpDeps } from "../deps.ts";
import { actorOf } from "../middleware/api-actor.ts";
import { limited, limitWrites } from "../middleware/limit-writes.ts";
import { parseRequest } from "../parse-request.ts";
import { explainQuery, periodAsked } from "./explain-query.ts";
import { accountOf, tenantOf } from "./tenant-of.ts";

export const CORRECTION_ANSWER = {
  description:
    "The correction, `null` where it no longer held, and the account's health with all that holds now",
  schema: z.object({ correction: correctionViewSchema.nullable(), health: accountHealthView }),
};

/** Explanations of a period, and what people hold against the numbers. */
export function correctionRoutes(deps: HttpDeps): ApiRoute[] {
  const limit = limitWrites();
  return [
    {
      method: "get",
      path: "/accounts/:id/explain",
      action: "health.explain",
      summary: "Why the score is another one than it was, and since when",
      query: explainQuery,
      answer: { description: "The difference, measure by measure", schema: changeExplanation },
      handle: async (req, res) => {
        const period = periodAsked(parseRequest(explainQuery, req.query));
        const tenant = await tenantOf(deps, req, res);
        res.json(await explainAccount(deps, tenant, accountOf(req), period, actorOf(res)));
      },
    },
    {
      method: "get",
      path: "/accounts/:id/corrections",
      action: "corrections.read",
      summary: "What people hold against the numbers of an account",
      answer: { description: "Newest first, expired and withdrawn ones too" },
      handle: async (req, res) => {
        const tenant = await tenantOf(deps, req, res);
        res.json({ corrections: await listCorrections(deps, tenant, accountOf(req), actorOf(res)) });
      },
    },
    {
      method: "post",
      path: "/accounts/:id/corrections",
      action: "corrections.write",
      summary: "Say that a number is wrong, and override the score for a while",
      body: correctionEntry,
      answer: { status: 201, ...CORRECTION_ANSWER },
      handle: limited(limit, async (req, res) => {
        const entry = parseRequest(correctionEntry, req.body);
        const tenant = await tenantOf(deps, req, res);
        res.status(201).json(await saveCorrection(deps, tenant, accountOf(req), entry, actorOf(res)));
      }),
    },
    {
      method: "post",
      path: "/accounts/:id/corrections/:correctionId/withdraw",
      action: "corrections.withdraw",
      summary: "Take a correction back",
      answer: CORRECTION_ANSWER,
      handle: limited(limit, async (req, res) => {
        const correction = z.string().parse(req.params["correctionId"]);
        const tenant = await tenantOf(deps, req, res);
        res.json(await withdrawCorrection(deps, tenant, accountOf(req), correction, actorOf(res)));
      }),
    },
    {
      method: "get",
      path: "/corrections/report",
      action: "corrections.report",
      summary: "Who was right, people or the calculation, as far as time has judged",
      answer: { description: "Shares with their intervals", schema: correctionReportSchema },
      handle: async (req, res) => {
        res.json(await correctionReport(deps, await tenantOf(deps, req, res), actorOf(res)));
      },
    },
  ];
}
