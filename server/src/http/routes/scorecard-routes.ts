import { segmentSchema } from "@bellwether/shared";
import type { Request, Response } from "express";
import { z } from "zod";
import { activateScorecard } from "../../services/activate-scorecard.ts";
import { approveScorecard } from "../../services/approve-scorecard.ts";
import { changeScorecard } from "../../services/change-scorecard.ts";
import { createScorecard } from "../../services/create-scorecard.ts";
import { proposeScorecard } from "../../services/propose-scorecard.ts";
import { rejectScorecard } from "../../services/reject-scorecard.ts";
import { removeScorecard } from "../../services/remove-scorecard.ts";
import { rollBackScorecard } from "../../services/roll-back-scorecard.ts";
import type { ScorecardAct, ScorecardDeps } from "../../services/scorecard-deps.ts";
import type { ApiRoute } from "../api-route.ts";
import type { HttpDeps } from "../deps.ts";
import { actorOf } from "../middleware/api-actor.ts";
import { parseRequest } from "../parse-request.ts";
import { scorecardAnswer, toScorecardAnswer } from "./scorecard-answer.ts";
import { scorecardReadRoutes } from "./scorecard-read-routes.ts";
import { tenantOf, versionOf } from "./tenant-of.ts";

const segments = z
  .array(segmentSchema)
  .min(1, "name at least one segment")
  .refine((list) => new Set(list).size === list.length, "a segment is there twice");
const words = z.string().trim().max(2000);
/** Checked by `parseScorecard`, whose words name what is wrong. */
const definition = z.record(z.string(), z.unknown());

const draftBody = z.object({
  definition: definition.optional(),
  version: z.string().max(61).optional(),
  segments: segments.optional(),
  basedOn: z.string().max(61).nullish(),
  note: words.nullish(),
});
const changeBody = z.object({
  revision: z.string("send the revision that you read, so that nobody's change is lost"),
  definition: definition.optional(),
  segments: segments.optional(),
  note: words.nullable().optional(),
});
const proposalBody = z.object({ note: words.min(3, "say in a few words why") });
const rejectionBody = z.object({ reason: words.min(3, "say in a few words why") });
const activationBody = z
  .object({
    segments: segments.optional(),
    withoutBacktest: z.boolean().default(false),
    reason: words.min(3, "say in a few words why").optional(),
  })
  .refine((body) => !body.withoutBacktest || body.reason !== undefined, {
    path: ["reason"],
    message: "is needed to activate without a backtest",
  });
const rollbackBody = z.object({ segment: segmentSchema.optional() });
const rolledBack = z.object({
  rolledBack: z.array(z.object({ segment: segmentSchema, from: z.string(), to: z.string() })),
});

/** From draft to active and back. Who may do what: route-roles.ts. */
export const scorecardRoutes = (deps: HttpDeps): ApiRoute[] => [
  ...scorecardReadRoutes(deps),
  ...draftRoutes(deps),
  ...decisionRoutes(deps),
];

const partsOf = (deps: HttpDeps): ScorecardDeps => ({ ...deps, sha256: deps.connect.sha256 });

async function actOf(deps: HttpDeps, req: Request, res: Response): Promise<ScorecardAct> {
  return { tenant: await tenantOf(deps, req, res), actor: actorOf(res), version: versionOf(req) };
}

const ANSWER = { description: "The version as it is now", schema: scorecardAnswer };

const draftRoutes = (deps: HttpDeps): ApiRoute[] => [
  {
    method: "post",
    path: "/scorecards",
    action: "scorecard.create",
    summary: "A new draft, from a definition or as a copy of a version",
    body: draftBody,
    answer: { ...ANSWER, status: 201 },
    handle: async (req, res) => {
      const { basedOn, note, ...wanted } = parseRequest(draftBody, req.body);
      const who = { tenant: await tenantOf(deps, req, res), actor: actorOf(res) };
      const made = await createScorecard(partsOf(deps), who, {
        ...wanted,
        basedOn: basedOn ?? undefined,
        note: note ?? undefined,
      });
      res.status(201).json(toScorecardAnswer(made));
    },
  },
  {
    method: "put",
    path: "/scorecards/:version",
    action: "scorecard.change",
    summary: "Changes a draft that is still as it was read",
    body: changeBody,
    answer: ANSWER,
    handle: async (req, res) => {
      const wanted = parseRequest(changeBody, req.body);
      res.json(toScorecardAnswer(await changeScorecard(partsOf(deps), await actOf(deps, req, res), wanted)));
    },
  },
  {
    method: "delete",
    path: "/scorecards/:version",
    action: "scorecard.remove",
    summary: "Removes a draft",
    answer: { status: 204, description: "Removed" },
    handle: async (req, res) => {
      await removeScorecard(partsOf(deps), await actOf(deps, req, res));
      res.status(204).end();
    },
  },
  {
    method: "post",
    path: "/scorecards/:version/propose",
    action: "scorecard.propose",
    summary: "Proposes a draft or a built-in version; its content stays as it is from then on",
    body: proposalBody,
    answer: ANSWER,
    handle: async (req, res) => {
      const wanted = parseRequest(proposalBody, req.body);
      res.json(toScorecardAnswer(await proposeScorecard(partsOf(deps), await actOf(deps, req, res), wanted)));
    },
  },
];

const decisionRoutes = (deps: HttpDeps): ApiRoute[] => [
  {
    method: "post",
    path: "/scorecards/:version/reject",
    action: "scorecard.reject",
    summary: "A no to a proposed version, or its author's change of mind; it stays readable",
    body: rejectionBody,
    answer: ANSWER,
    handle: async (req, res) => {
      const wanted = parseRequest(rejectionBody, req.body);
      res.json(toScorecardAnswer(await rejectScorecard(partsOf(deps), await actOf(deps, req, res), wanted)));
    },
  },
  {
    method: "post",
    path: "/scorecards/:version/approve",
    action: "scorecard.approve",
    summary:
      "A person's yes to a proposed version; of somebody else than who proposed it, where there is one",
    answer: ANSWER,
    handle: async (req, res) => {
      res.json(toScorecardAnswer(await approveScorecard(partsOf(deps), await actOf(deps, req, res))));
    },
  },
  {
    method: "post",
    path: "/scorecards/:version/activate",
    action: "scorecard.activate",
    summary: "Lets an approved version count for its segments; accounts are scored again",
    body: activationBody,
    answer: ANSWER,
    handle: async (req, res) => {
      const wanted = parseRequest(activationBody, req.body ?? {});
      const { segments, withoutBacktest, reason } = wanted;
      const card = await activateScorecard(partsOf(deps), await actOf(deps, req, res), {
        segments,
        withoutBacktest: withoutBacktest && reason !== undefined ? { reason } : undefined,
      });
      res.json(toScorecardAnswer(card));
    },
  },
  {
    method: "post",
    path: "/scorecards/rollback",
    action: "scorecard.rollback",
    summary: "One step back to what was in use before",
    body: rollbackBody,
    answer: { description: "What was rolled back", schema: rolledBack },
    handle: async (req, res) => {
      const { segment } = parseRequest(rollbackBody, req.body ?? {});
      const who = { tenant: await tenantOf(deps, req, res), actor: actorOf(res) };
      res.json({ rolledBack: await rollBackScorecard(partsOf(deps), { ...who, segment }) });
    },
  },
];
