import { type Request, Router } from "express";
import { queryText } from "./http.ts";
import { type CallOf, hubspotError, textIn } from "./hubspot-context.ts";

/** People of the vendor who own records; invented. */
export const OWNERS = [
  { id: "41001", userId: 71, email: "ada.lindqvist@vendor.example", firstName: "Ada", lastName: "Lindqvist" },
  { id: "41002", userId: 72, email: "bram.okonjo@vendor.example", firstName: "Bram", lastName: "Okonjo" },
  {
    id: "41003",
    userId: 73,
    email: "celia.marchetti@vendor.example",
    firstName: "Celia",
    lastName: "Marchetti",
  },
  { id: "41004", userId: 74, email: "dario.fenwick@vendor.example", firstName: "Dario", lastName: "Fenwick" },
] as const;

export const DEAL_STAGES = {
  appointmentscheduled: 0.2,
  qualifiedtobuy: 0.4,
  presentationscheduled: 0.6,
  contractsent: 0.9,
  closedwon: 1,
  closedlost: 0,
} as const;
/** Stage id → label and state. */
export const TICKET_STAGES = {
  "1": { label: "New", ticketState: "OPEN" },
  "2": { label: "Waiting on contact", ticketState: "OPEN" },
  "3": { label: "Waiting on us", ticketState: "OPEN" },
  "4": { label: "Closed", ticketState: "CLOSED" },
} as const;

const stage = (id: string, label: string, displayOrder: number, metadata: Record<string, string>) => ({
  id,
  label,
  displayOrder,
  metadata,
  archived: false,
});
const PIPELINES = {
  deals: [
    {
      id: "default",
      label: "Sales pipeline",
      displayOrder: 0,
      archived: false,
      stages: Object.entries(DEAL_STAGES).map(([id, probability], i) =>
        stage(id, id, i, {
          isClosed: String(probability === 0 || probability === 1),
          probability: probability.toFixed(1),
        }),
      ),
    },
  ],
  tickets: [
    {
      id: "0",
      label: "Support pipeline",
      displayOrder: 0,
      archived: false,
      stages: Object.entries(TICKET_STAGES).map(([id, { label, ticketState }], i) =>
        stage(id, label, i, { ticketState, isClosed: String(ticketState === "CLOSED") }),
      ),
    },
  ],
};

/** Owners, pipelines and what an account says of itself. Mounted at the root. */
export function hubspotAccount(callOf: CallOf): Router {
  const router = Router();
  router.get("/crm/owners/2026-03", (req, res) => res.json(owners(req)));
  router.get("/crm/pipelines/2026-03/:type", (req, res) => {
    const type = textIn(req, "type");
    if (type !== "deals" && type !== "tickets")
      throw hubspotError(404, "OBJECT_NOT_FOUND", "resource not found");
    res.json({ results: PIPELINES[type] });
  });
  router.get(["/account-info/2026-03/details", "/account-info/v3/details"], (_req, res) => {
    res.json({
      portalId: callOf(res).portal.portalId,
      accountType: "STANDARD",
      timeZone: "Europe/Berlin",
      companyCurrency: "EUR",
      additionalCurrencies: [],
      utcOffset: "+01:00",
      utcOffsetMilliseconds: 3_600_000,
      uiDomain: "app.hubspot.com",
      dataHostingLocation: "eu1",
    });
  });
  return router;
}

function owners(req: Request) {
  if (queryText(req, "archived") === "true") return { results: [] };
  const limit = Number(queryText(req, "limit") ?? 100);
  const rest = OWNERS.filter(({ id }) => Number(id) > Number(queryText(req, "after") ?? 0));
  const email = queryText(req, "email");
  const page = rest.filter((owner) => email === undefined || owner.email === email).slice(0, limit);
  const last = page.at(-1);
  return {
    results: page.map((owner) => ({ ...owner, teams: [], archived: false })),
    ...(page.length < rest.length && last && email === undefined && { paging: { next: { after: last.id } } }),
  };
}
