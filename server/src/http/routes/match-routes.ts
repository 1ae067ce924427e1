import { accountId, type MatchAction, matchAction, objectTypes, recordRef } from "@bellwether/shared";
import { z } from "zod";
import { decideMatch, decideMatches } from "../../services/decide-matches.ts";
import type { ApiRoute } from "../api-route.ts";
import type { HttpDeps } from "../deps.ts";
import { actorOf } from "../middleware/api-actor.ts";
import { parseRequest } from "../parse-request.ts";
import {
  accountRow,
  actionPage,
  duplicateRow,
  matchPage,
  outcomeView,
  suggestionRow,
  toActionView,
  toOutcomeView,
  unmatchedRow,
} from "./match-answer.ts";
import { tenantOf } from "./tenant-of.ts";

const limit = z.coerce.number().int().min(1).max(200).default(50);
const matchesQuery = z
  .object({
    state: z.enum(["suggested", "unmatched", "duplicate", "confirmed", "conflict"]).optional(),
    /** Of `unmatched`: one type of record alone. */
    objectType: z.enum(objectTypes).optional(),
    /** `next` of the page before. */
    after: z.string().min(1).max(1_000).optional(),
    limit,
  })
  .refine(({ state, after }) => after === undefined || AFTER[state ?? "all"].safeParse(after).success, {
    path: ["after"],
    message: "is not the `next` of a page of this state",
  });
const text = z.string().refine((given) => storable(given), "has characters that no record has");
function storable(given: string): boolean {
  return !given.includes("\u0000") && given.isWellFormed();
}
const AFTER = {
  ...{ all: z.uuid(), confirmed: z.uuid(), conflict: z.uuid() },
  suggested: text.regex(/^\S+ \S+$/),
  unmatched: text,
  duplicate: text.regex(/^(domain|external_id|name) /),
} as const;
const actionsQuery = z.object({
  after: z
    .string()
    .regex(/^\d{1,18}$/, "is not the `next` of a page")
    .optional(),
  limit,
});

const pairBody = z.object({ ref: recordRef, accountId });
const splitBody = z.object({ ref: recordRef });
const mergeBody = z.object({ from: accountId, into: accountId });
const undoBody = z.object({ id: z.uuid() });
/** Set-based, but every action waits for those before. */
const MOST_AT_ONCE = 500;
const bulkBody = z.object({ actions: z.array(matchAction).min(1).max(MOST_AT_ONCE) });

/** Which records belong to which account, and what people decide about it. */
export const matchRoutes = (deps: HttpDeps): ApiRoute[] => [
  {
    method: "get",
    path: "/matches",
    action: "matches.read",
    summary:
      "Accounts of several records with rule and confidence; by state: what is suggested, without a counterpart, twice there, confirmed, or spoken against",
    query: matchesQuery,
    answer: { description: "A page of matches", schema: matchPage },
    handle: async (req, res) => {
      const { state, objectType = null, after = null, ...page } = parseRequest(matchesQuery, req.query);
      const tenant = await tenantOf(deps, req, res);
      res.json(await pageOf(deps, tenant, { state, objectType, page: { after, ...page } }));
    },
  },
  {
    method: "get",
    path: "/matches/actions",
    action: "matches.actions",
    summary: "What people did to matches, newest first, with the ids that undo it",
    query: actionsQuery,
    answer: { description: "A page of actions", schema: actionPage },
    handle: async (req, res) => {
      const { after = null, ...page } = parseRequest(actionsQuery, req.query);
      const found = await deps.matches.actions(await tenantOf(deps, req, res), { after, ...page });
      res.json({ actions: found.rows.map(toActionView), next: found.next });
    },
  },
  ...decisionRoutes(deps),
];

type Tenant = Awaited<ReturnType<typeof tenantOf>>;

async function pageOf(
  { matches }: HttpDeps,
  tenant: Tenant,
  {
    state,
    objectType,
    page,
  }: {
    state: z.infer<typeof matchesQuery>["state"];
    objectType: (typeof objectTypes)[number] | null;
    page: { after: string | null; limit: number };
  },
): Promise<z.infer<typeof matchPage>> {
  if (state === "suggested") {
    const { rows, next } = await matches.suggested(tenant, page);
    return { rows: rows.map(suggestionRow), next };
  }
  if (state === "unmatched") {
    const { rows, next } = await matches.unmatched(tenant, objectType, page);
    return { rows: rows.map(unmatchedRow), next };
  }
  if (state === "duplicate") {
    const { rows, next } = await matches.duplicates(tenant, page);
    return { rows: rows.map(duplicateRow), next };
  }
  const { rows, next } = await matches.matched(tenant, state ?? "all", page);
  return { rows: rows.map(accountRow), next };
}

const ANSWER = { description: "What was done, or that it was so already", schema: outcomeView };

function decisionRoutes(deps: HttpDeps): ApiRoute[] {
  const decision = <T extends z.ZodType>(
    kind: MatchAction["kind"],
    summary: string,
    body: T,
    actionOf: (given: z.infer<T>) => MatchAction,
  ): ApiRoute => ({
    method: "post",
    path: `/matches/${kind}`,
    action: `match.${kind}`,
    summary,
    body,
    answer: ANSWER,
    handle: async (req, res) => {
      const action = actionOf(parseRequest(body, req.body));
      const tenant = await tenantOf(deps, req, res);
      res.json(toOutcomeView(await decideMatch(deps, tenant, actorOf(res), action)));
    },
  });
  return [
    decision(
      "confirm",
      "A record belongs to an account; the rules do not change it any more",
      pairBody,
      (pair) => ({
        kind: "confirm",
        ...pair,
      }),
    ),
    decision(
      "reject",
      "A record does not belong to an account; it is not offered again",
      pairBody,
      (pair) => ({
        kind: "reject",
        ...pair,
      }),
    ),
    decision(
      "split",
      "A record leaves its account for one of its own, and takes its history along",
      splitBody,
      ({ ref }) => ({
        kind: "split",
        ref,
      }),
    ),
    decision(
      "merge",
      "All records of one account go to another, which answers for it from then on",
      mergeBody,
      (pair) => ({
        kind: "merge",
        ...pair,
      }),
    ),
    decision(
      "undo",
      "Takes an action back, if nothing came in between; both histories are as before",
      undoBody,
      ({ id }) => ({
        kind: "undo",
        id,
      }),
    ),
    {
      method: "post",
      path: "/matches/bulk",
      action: "match.bulk",
      summary: `Up to ${MOST_AT_ONCE} actions in their order, each with its outcome`,
      body: bulkBody,
      answer: {
        description: "One outcome for each action, in order",
        schema: z.object({ outcomes: z.array(outcomeView) }),
      },
      handle: async (req, res) => {
        const { actions } = parseRequest(bulkBody, req.body);
        const tenant = await tenantOf(deps, req, res);
        const outcomes = await decideMatches(deps, tenant, actorOf(res), actions);
        res.json({ outcomes: outcomes.map(toOutcomeView) });
      },
    },
  ];
}
