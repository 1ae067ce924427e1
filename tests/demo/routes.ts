import express, { type ErrorRequestHandler, type Express } from "express";
import { z } from "zod";
import type { ZafRequestOptions } from "../support/zaf-host.ts";
import { proxyZafRequest, type ZafProxySettings } from "../support/zaf-proxy.ts";
import type { EventHub } from "./event-hub.ts";
import { cardRequest, forwardCardRequest, type HubspotIdentity } from "./hubspot-backend.ts";
import type { Journeys } from "./journeys.ts";
import type { ActionName, DemoAccount, ForwardedResponse } from "./protocol.ts";
import type { Records } from "./records.ts";

export interface DemoRoutes {
  pageFolder: string;
  cardFolder: string;
  accounts: readonly DemoAccount[];
  hub: EventHub;
  journeys: Journeys;
  records: Records;
  identity: HubspotIdentity;
  proxySettings: ZafProxySettings;
  now(): Date;
}

const action = z.object({
  accountKey: z.string(),
  action: z.enum([
    "urgentTicket",
    "resolveTickets",
    "usageDrops",
    "usageRecovers",
    "championLeaves",
    "badRating",
    "goodRating",
  ]) satisfies z.ZodType<ActionName>,
});
const proxyRequest = z.object({ url: z.url() }).loose();

/** The page, and what it asks of the two platforms' stand-ins. All of it exists only in the demo. */
export function demoApp(demo: DemoRoutes): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use(express.static(demo.pageFolder));
  app.use("/demo/cards", express.static(demo.cardFolder));
  app.get("/demo/events", demo.hub.subscribe);
  // A JSON body needs the page's own origin: other sites' pages cannot press the buttons.
  app.use("/demo", express.json({ limit: "1mb", strict: true }));
  app.get("/demo/companies/:id", async (req, res) => {
    res.json(await demo.records.company(req.params.id));
  });
  app.get("/demo/tickets/:id", async (req, res) => {
    res.json(await demo.records.ticket(req.params.id));
  });
  app.post("/demo/actions", (req, res) => {
    const { accountKey, action: name } = action.parse(req.body);
    const account = demo.accounts.find(({ key }) => key === accountKey);
    if (!account) return void res.status(404).json({ message: `no account ${accountKey}` });
    if (demo.journeys.isRunning(accountKey)) return void res.status(409).json({ message: "one at a time" });
    res.status(202).json(demo.journeys.start(account, name));
  });
  app.post("/demo/hubspot-fetch", async (req, res) => {
    res.json(await forwardCardRequest(cardRequest.parse(req.body), demo.identity, demo.now));
  });
  app.post("/demo/zendesk-proxy", async (req, res) => {
    const request = proxyRequest.parse(req.body) as ZafRequestOptions;
    res.json(await proxyZafRequest(request, demo.proxySettings, demo.now()));
  });
  app.use(problems);
  return app;
}

const problems: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (res.headersSent) return next(error);
  const isBadInput = error instanceof z.ZodError || (error as { status?: unknown }).status === 400;
  const answer: ForwardedResponse | { message: string } = {
    message: error instanceof Error ? error.message : String(error),
  };
  res.status(isBadInput ? 400 : 502).json(answer);
};
