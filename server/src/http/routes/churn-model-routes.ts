import { CHURN_PRIOR_V1, modelReport } from "@bellwether/shared";
import type { Request, RequestHandler, Response } from "express";
import { z } from "zod";
import { activateChurnModel } from "../../services/activate-churn-model.ts";
import { approveChurnModel } from "../../services/approve-churn-model.ts";
import { AppError } from "../../services/errors.ts";
import { monitorChurnModel } from "../../services/monitor-churn-model.ts";
import type { StoredChurnModel } from "../../services/ports.ts";
import { type NamedModel, proposeChurnModel } from "../../services/propose-churn-model.ts";
import { rejectChurnModel } from "../../services/reject-churn-model.ts";
import { listRuns, requestTraining } from "../../services/request-training.ts";
import { rollBackChurnModel } from "../../services/roll-back-churn-model.ts";
import type { ApiRoute } from "../api-route.ts";
import type { HttpDeps } from "../deps.ts";
import { actorOf } from "../middleware/api-actor.ts";
import { churnReportPage } from "../pages/churn-report.ts";
import { tenantOf } from "./tenant-of.ts";

const RUNS_SHOWN = 50;

/** Learned churn models: read by the team; trained, proposed, approved, put in force and taken back by leads. */
export const churnModelRoutes = (deps: HttpDeps): ApiRoute[] => [...reading(deps), ...deciding(deps)];

const reading = (deps: HttpDeps): ApiRoute[] => [
  {
    method: "get",
    path: "/churn-models",
    action: "churn_models.read",
    summary: "Learned churn models, newest first, and which one is in use",
    answer: { description: "Models without their reports" },
    handle: listModels(deps),
  },
  {
    method: "get",
    path: "/churn-models/runs",
    action: "churn_models.runs",
    summary: "Training runs, newest first, with their progress",
    answer: { description: "Runs" },
    handle: async (req, res) => {
      res.json({ runs: await listRuns(deps, await tenantOf(deps, req, res), RUNS_SHOWN) });
    },
  },
  {
    method: "get",
    path: "/churn-models/monitor",
    action: "churn_models.monitor",
    summary: "How the model in use stands: drift, and predictions against what happened",
    answer: { description: "Findings in words" },
    handle: async (req, res) => {
      res.json(await monitorChurnModel(deps, await tenantOf(deps, req, res)));
    },
  },
  {
    method: "get",
    path: "/churn-models/:version",
    action: "churn_model.read",
    summary: "One model with its report",
    answer: { description: "The model", schema: z.looseObject({ report: modelReport }) },
    handle: async (req, res) => {
      const { model, report, ...stored } = await storedModel(deps, req, res);
      res.json({ ...shown(stored), model, report });
    },
  },
  {
    method: "get",
    path: "/churn-models/:version/report",
    action: "churn_model.report",
    summary: "The report as a page to read and to print",
    answer: { description: "A page", contentTypes: ["text/html"] },
    handle: async (req, res) => {
      const stored = await storedModel(deps, req, res);
      res.type("html").send(churnReportPage(stored, modelReport.parse(stored.report)));
    },
  },
];

const deciding = (deps: HttpDeps): ApiRoute[] => [
  {
    method: "post",
    path: "/churn-models/train",
    action: "churn_model.train",
    summary: "Starts learning from the outcomes so far, or answers the run that is under way",
    answer: { status: 202, description: "The run" },
    handle: async (req, res) => {
      const tenant = await tenantOf(deps, req, res);
      res.status(202).json(await requestTraining(deps, { tenant, actor: actorOf(res) }));
    },
  },
  {
    method: "post",
    path: "/churn-models/rollback",
    action: "churn_model.roll_back",
    summary: "Back to the model that was in use before, at last to the expert's estimate",
    answer: { description: "The version in use now", schema: z.object({ version: z.string() }) },
    handle: async (req, res) => {
      const tenant = await tenantOf(deps, req, res);
      res.json({ version: await rollBackChurnModel(deps, { tenant, actor: actorOf(res) }) });
    },
  },
  {
    method: "post",
    path: "/churn-models/:version/propose",
    action: "churn_model.propose",
    summary: "Proposes a learned model for use",
    answer: { description: "The model" },
    handle: async (req, res) => {
      res.json(shown(await proposeChurnModel(deps, await named(deps, req, res))));
    },
  },
  {
    method: "post",
    path: "/churn-models/:version/approve",
    action: "churn_model.approve",
    summary: "Approves a proposed model; it is not in use by that",
    answer: { description: "The model" },
    handle: async (req, res) => {
      res.json(shown(await approveChurnModel(deps, await named(deps, req, res))));
    },
  },
  {
    method: "post",
    path: "/churn-models/:version/reject",
    action: "churn_model.reject",
    summary: "Rejects a learned model; it stays readable and is never used",
    answer: { description: "The model" },
    handle: async (req, res) => {
      res.json(shown(await rejectChurnModel(deps, await named(deps, req, res))));
    },
  },
  {
    method: "post",
    path: "/churn-models/:version/activate",
    action: "churn_model.activate",
    summary: "Puts an approved model in use; 409 while nobody has approved it",
    answer: { description: "The version in use now", schema: z.object({ version: z.string() }) },
    handle: async (req, res) => {
      const model = await named(deps, req, res);
      await activateChurnModel(deps, model);
      res.json({ version: model.version });
    },
  },
];

function listModels(deps: HttpDeps): RequestHandler {
  return async (req, res) => {
    const tenant = await tenantOf(deps, req, res);
    const inForce = (await deps.churnModels.inForce(tenant)) ?? CHURN_PRIOR_V1;
    res.json({
      inUse: { version: inForce.version, basis: inForce.basis, note: inForce.note },
      outcomes: await deps.outcomes.counts(tenant),
      models: (await deps.churnModels.list(tenant)).map(({ model: _, report, ...stored }) => {
        const parsed = modelReport.safeParse(report);
        return {
          ...shown(stored),
          verdict: parsed.success ? parsed.data.againstChampion : null,
          warnings: parsed.success ? parsed.data.warnings : [],
        };
      }),
      activations: await deps.churnModels.activations(tenant),
    });
  };
}

/** `approved` beside the status: a proposed model stays proposed until it is put in use. */
const shown = ({
  version,
  status,
  trainedAt,
  proposedBy,
  proposedAt,
  approvedBy,
  approvedAt,
}: Omit<StoredChurnModel, "model" | "report">): object => ({
  version,
  status,
  isApproved: approvedAt !== null,
  trainedAt,
  proposedBy,
  proposedAt,
  approvedBy,
  approvedAt,
});

const versionOf = (req: Request): string => z.string().parse(req.params["version"]);

async function named(deps: HttpDeps, req: Request, res: Response): Promise<NamedModel> {
  return { tenant: await tenantOf(deps, req, res), actor: actorOf(res), version: versionOf(req) };
}

async function storedModel(deps: HttpDeps, req: Request, res: Response): Promise<StoredChurnModel> {
  const stored = await deps.churnModels.find(await tenantOf(deps, req, res), versionOf(req));
  if (stored === null) throw new AppError("not_found", "There is no such churn model.");
  return stored;
}
