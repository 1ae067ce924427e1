import { accountHealthView, changeExplanation, correctionEntry } from "@bellwether/shared";
import express, { type Express, type Request, type RequestHandler, type Response } from "express";
import { z } from "zod";
import { AppError } from "../../services/errors.ts";
import { explainAccount } from "../../services/explain-account.ts";
import { accountOfRecord } from "../../services/get-account-health.ts";
import { readCard } from "../../services/read-card.ts";
import { saveCorrection } from "../../services/save-correction.ts";
import { withdrawCorrection } from "../../services/withdraw-correction.ts";
import type { RouteDoc } from "../api-route.ts";
import type { HttpDeps } from "../deps.ts";
import { keepActor, keepTenant } from "../middleware/api-actor.ts";
import { auditDenied, nameAction } from "../middleware/audit-denied.ts";
import { limitWrites } from "../middleware/limit-writes.ts";
import { parseRequest } from "../parse-request.ts";
import { CORRECTION_ANSWER } from "./correction-routes.ts";
import { explainQuery, periodAsked } from "./explain-query.ts";
import {
  type AppCaller,
  hubspotCaller,
  hubspotHealthQuery,
  zendeskCaller,
  zendeskHealthQuery,
} from "./get-account-health.ts";

type Platform = "hubspot" | "zendesk";
type Handle = (deps: HttpDeps, caller: AppCaller, req: Request, res: Response) => Promise<void>;

/** What both apps can ask beside a record, below `/api/{platform}`. */
interface CardRoute extends Omit<RouteDoc, "query"> {
  action: string;
  /** Beside what names the record. */
  extra?: z.ZodObject;
  handle: Handle;
}

const ROUTES: readonly CardRoute[] = [
  {
    method: "get",
    path: "/account-health",
    action: "health.read",
    summary: "Health beside a record",
    answer: { description: "The account's health", schema: accountHealthView },
    handle: async (deps, { tenant, ref, actor }, _req, res) => {
      // not by `send`: it would calculate an ETag, and nobody may keep what it stands for
      res.setHeader("Content-Type", "application/json; charset=utf-8");
      res.end(await readCard(deps, tenant, ref, actor));
    },
  },
  {
    method: "get",
    path: "/explain",
    action: "health.explain",
    summary: "Why the score is another one than it was, and since when",
    extra: explainQuery,
    answer: { description: "The difference, measure by measure", schema: changeExplanation },
    handle: async (deps, { tenant, ref, actor }, req, res) => {
      const period = periodAsked(parseRequest(explainQuery, req.query));
      const account = await accountOfRecord(deps, tenant, ref);
      res.json(await explainAccount(deps, tenant, account, period, actor));
    },
  },
  {
    method: "post",
    path: "/corrections",
    action: "corrections.write",
    summary: "Say that a number is wrong, and override the score for a while",
    body: correctionEntry,
    answer: { status: 201, ...CORRECTION_ANSWER },
    handle: async (deps, { tenant, ref, actor }, req, res) => {
      const entry = parseRequest(correctionEntry, jsonBody(req));
      const account = await accountOfRecord(deps, tenant, ref);
      res.status(201).json(await saveCorrection(deps, tenant, account, entry, actor));
    },
  },
  {
    method: "post",
    path: "/corrections/:correctionId/withdraw",
    action: "corrections.withdraw",
    summary: "Take a correction back",
    answer: CORRECTION_ANSWER,
    handle: async (deps, { tenant, ref, actor }, req, res) => {
      const correction = z.string().parse(req.params["correctionId"]);
      const account = await accountOfRecord(deps, tenant, ref);
      res.json(await withdrawCorrection(deps, tenant, account, correction, actor));
    },
  },
];

/** @throws {AppError} `request_invalid` for bytes that are no JSON */
function jsonBody(req: Request): unknown {
  const text = Buffer.isBuffer(req.body) ? req.body.toString("utf8") : "";
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError("request_invalid", "The body is not JSON.");
  }
}

const CALLERS = { hubspot: hubspotCaller, zendesk: zendeskCaller };
const BODY_LIMIT = "1mb";

/** The routes of the cards and the sidebar, on the app itself: proof first, then the body. */
export function mountCardRoutes(app: Express, deps: HttpDeps): void {
  const raw = express.raw({ type: () => true, limit: BODY_LIMIT, inflate: true });
  const limit = limitWrites();
  for (const platform of ["hubspot", "zendesk"] as const)
    for (const route of ROUTES)
      app[route.method](
        `/api/${platform}${route.path}`,
        raw,
        nameAction(route.action),
        keepCaller(deps, platform),
        ...(route.method === "get" ? [] : [limit]),
        (req, res) => route.handle(deps, callerOf(res), req, res),
      );
  app.use(["/api/hubspot", "/api/zendesk"], auditDenied(deps));
}

function keepCaller(deps: HttpDeps, platform: Platform): RequestHandler {
  return async (req, res, next) => {
    const caller = await CALLERS[platform](deps, req);
    keepActor(res, caller.actor);
    keepTenant(res, caller.tenant);
    res.locals["caller"] = caller;
    next();
  };
}

const callerSchema = z.custom<AppCaller>(
  (value) => typeof value === "object" && value !== null && "ref" in value,
);
const callerOf = (res: Response): AppCaller => callerSchema.parse(res.locals["caller"]);

const SIGNED = {
  hubspot: { security: "hubspotSignature", query: hubspotHealthQuery, where: "HubSpot" },
  zendesk: { security: "zendeskAppToken", query: zendeskHealthQuery, where: "Zendesk" },
} as const;

/** For the API document, with their whole path. */
export const CARD_DOCS: readonly (RouteDoc & { security: "hubspotSignature" | "zendeskAppToken" })[] = (
  ["hubspot", "zendesk"] as const
).flatMap((platform) =>
  ROUTES.map(({ handle: _, action: __, extra, ...doc }) => ({
    ...doc,
    path: `/api/${platform}${doc.path}`,
    summary: `${doc.summary} (${SIGNED[platform].where})`,
    security: SIGNED[platform].security,
    query: extra ? z.object({ ...SIGNED[platform].query.shape, ...extra.shape }) : SIGNED[platform].query,
  })),
);
