import { outcomeEntry, outcomeSettings } from "@bellwether/shared";
import type { Request } from "express";
import { z } from "zod";
import { changeOutcomeSettings } from "../../services/change-outcome-settings.ts";
import { AppError } from "../../services/errors.ts";
import { survivorOf } from "../../services/get-account-health.ts";
import { outcomeSettingsFor } from "../../services/outcome-settings.ts";
import type { StoredOutcome } from "../../services/ports.ts";
import { recordOutcome } from "../../services/record-outcome.ts";
import { outcomeEvents, recordOutcomeEvents } from "../../services/record-outcome-events.ts";
import { retractOutcome } from "../../services/retract-outcome.ts";
import type { ApiRoute } from "../api-route.ts";
import type { HttpDeps } from "../deps.ts";
import { actorOf } from "../middleware/api-actor.ts";
import { parseRequest } from "../parse-request.ts";
import { accountOf, tenantOf } from "./tenant-of.ts";

const shown = ({ accountId, ...outcome }: StoredOutcome): object => ({ ...outcome, account: accountId });

/** What became of customers: read by the team, told by the team and by other systems. */
export const outcomeRoutes = (deps: HttpDeps): ApiRoute[] => [
  ...settingsRoutes(deps),
  {
    method: "get",
    path: "/accounts/:id/outcomes",
    action: "outcome.read",
    summary: "What became of a customer, newest first, with what was taken back",
    answer: { description: "Outcomes" },
    handle: async (req, res) => {
      const [tenant, account] = [await tenantOf(deps, req, res), accountOf(req)];
      const survivor = await survivorOf(deps, tenant, account);
      res.json({ outcomes: (await deps.outcomes.ofAccount(tenant, survivor)).map(shown) });
    },
  },
  {
    method: "post",
    path: "/accounts/:id/outcomes",
    action: "outcome.record",
    summary: "A person records what became of a customer",
    body: outcomeEntry,
    answer: { status: 201, description: "The outcome" },
    handle: async (req, res) => {
      const entry = parseRequest(outcomeEntry, req.body);
      const tenant = await tenantOf(deps, req, res);
      const account = await survivorOf(deps, tenant, accountOf(req));
      res.status(201).json(shown(await recordOutcome(deps, { tenant, account, actor: actorOf(res), entry })));
    },
  },
  {
    method: "delete",
    path: "/accounts/:id/outcomes/:outcome",
    action: "outcome.retract",
    summary: "Takes an outcome back; it is kept, but no longer believed",
    answer: { status: 204, description: "Taken back" },
    handle: async (req, res) => {
      await retractOutcome(deps, {
        tenant: await tenantOf(deps, req, res),
        account: accountOf(req),
        actor: actorOf(res),
        id: outcomeIdOf(req),
      });
      res.status(204).end();
    },
  },
  {
    method: "get",
    path: "/outcomes/counts",
    action: "outcomes.count",
    summary: "How many outcomes of each kind are believed",
    answer: {
      description: "Numbers by kind",
      schema: z.object({ renewed: z.int(), churned: z.int(), contracted: z.int(), expanded: z.int() }),
    },
    handle: async (req, res) => {
      res.json(await deps.outcomes.counts(await tenantOf(deps, req, res)));
    },
  },
  {
    method: "post",
    path: "/outcomes",
    action: "outcomes.record",
    summary: "Outcomes from another system, up to 1,000; each key counts once",
    body: outcomeEvents,
    answer: {
      description: "How many were new or changed, and the keys of those whose account is not known",
      schema: z.object({ saved: z.int(), unknown: z.array(z.string()) }),
    },
    handle: async (req, res) => {
      const { outcomes } = parseRequest(outcomeEvents, req.body);
      const tenant = await tenantOf(deps, req, res);
      res.json(await recordOutcomeEvents(deps, { tenant, actor: actorOf(res), outcomes }));
    },
  },
];

const settingsRoutes = (deps: HttpDeps): ApiRoute[] => [
  {
    method: "get",
    path: "/outcomes/settings",
    action: "outcome_settings.read",
    summary: "Which stages and deals count as a loss, and how far ahead the churn risk looks",
    answer: { description: "Settings", schema: outcomeSettings },
    handle: async (req, res) => {
      const tenant = await tenantOf(deps, req, res);
      res.json(outcomeSettingsFor(await deps.connections.list(tenant)));
    },
  },
  {
    method: "put",
    path: "/outcomes/settings",
    action: "outcome_settings.change",
    summary: "Says what counts as a loss; outcomes read from the CRM are read again",
    body: outcomeSettings,
    answer: { description: "Settings", schema: outcomeSettings },
    handle: async (req, res) => {
      const settings = parseRequest(outcomeSettings, req.body);
      const tenant = await tenantOf(deps, req, res);
      res.json(await changeOutcomeSettings(deps, { tenant, actor: actorOf(res), settings }));
    },
  },
];

function outcomeIdOf(req: Request): string {
  const parsed = z.uuid().safeParse(req.params["outcome"]);
  if (!parsed.success) throw new AppError("not_found", "There is no such outcome.");
  return parsed.data;
}
