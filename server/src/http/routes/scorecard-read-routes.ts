import { blocksToHtml, blocksToMarkdown, definitionPage, segmentSchema } from "@bellwether/shared";
import type { RequestHandler } from "express";
import { z } from "zod";
import { compareScorecards } from "../../services/compare-scorecards.ts";
import { knownScorecard, knownScorecards, storedOrTemplate } from "../../services/known-scorecards.ts";
import type { ApiRoute } from "../api-route.ts";
import type { HttpDeps } from "../deps.ts";
import { parseRequest } from "../parse-request.ts";
import {
  scorecardAnswer,
  scorecardSummary,
  toScorecardAnswer,
  toScorecardSummary,
} from "./scorecard-answer.ts";
import { tenantOf, versionOf } from "./tenant-of.ts";

const diffQuery = z.object({
  /** Absent = what the version's segments use now. */
  against: z.string().max(61).optional(),
});
const comparison = z.object({
  against: z.string(),
  segments: z.array(segmentSchema),
  sentences: z.array(z.string()),
  summary: z.string(),
});

const partsOf = (deps: HttpDeps) => ({ ...deps, sha256: deps.connect.sha256 });

/** Looking at scorecards. */
export const scorecardReadRoutes = (deps: HttpDeps): ApiRoute[] => [
  {
    method: "get",
    path: "/scorecards",
    action: "scorecard.list",
    summary: "All versions, the built-in ones first",
    answer: { description: "Versions", schema: z.object({ scorecards: z.array(scorecardSummary) }) },
    handle: async (req, res) => {
      const cards = await knownScorecards(partsOf(deps), await tenantOf(deps, req, res));
      res.json({ scorecards: cards.map(toScorecardSummary) });
    },
  },
  {
    method: "get",
    path: "/scorecards/activations",
    action: "scorecard.activations",
    summary: "Which version counted for which segment since when, newest first",
    answer: { description: "Activations and rollbacks" },
    handle: async (req, res) => {
      res.json({ activations: await deps.scorecards.activations(await tenantOf(deps, req, res)) });
    },
  },
  {
    method: "get",
    path: "/scorecards/:version",
    action: "scorecard.read",
    summary: "A version with its definition, ready to be sent back in",
    answer: { description: "The version", schema: scorecardAnswer },
    handle: async (req, res) => {
      const tenant = await tenantOf(deps, req, res);
      res.json(toScorecardAnswer(await knownScorecard(partsOf(deps), tenant, versionOf(req))));
    },
  },
  {
    method: "get",
    path: "/scorecards/:version/diff",
    action: "scorecard.diff",
    summary: "What a version says otherwise, in words",
    query: diffQuery,
    answer: {
      description: "Comparisons",
      schema: z.object({ version: z.string(), comparisons: z.array(comparison) }),
    },
    handle: async (req, res) => {
      const { against } = parseRequest(diffQuery, req.query);
      const [tenant, version] = [await tenantOf(deps, req, res), versionOf(req)];
      const comparisons = await compareScorecards(partsOf(deps), { tenant, version, against });
      res.json({ version, comparisons });
    },
  },
  {
    method: "get",
    path: "/scorecards/:version/definition",
    action: "scorecard.definition",
    summary: "A version in plain language",
    answer: { description: "The page", contentTypes: ["text/html", "text/markdown"] },
    handle: getDefinition(deps),
  },
];

function getDefinition(deps: HttpDeps): RequestHandler {
  return async (req, res) => {
    const tenant = await tenantOf(deps, req, res);
    const { definition } = await storedOrTemplate(deps, tenant, versionOf(req));
    const blocks = definitionPage(definition);
    res.vary("Accept");
    if (req.accepts(["text/html", "text/markdown"]) === "text/markdown")
      res.type("text/markdown").send(blocksToMarkdown(blocks));
    else res.type("text/html").send(blocksToHtml(definition.name, blocks));
  };
}
