import { accountHealthView, problem } from "@bellwether/shared";
import { z } from "zod";
import { accountsQuery, historyQuery } from "./routes/api-v1.ts";
import { hubspotHealthQuery, zendeskHealthQuery } from "./routes/get-account-health.ts";

type Schema = Record<string, unknown>;
const toSchema = (schema: z.ZodType): Schema =>
  z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });

function queryParameters(schema: z.ZodType): Schema[] {
  const { properties, required } = z
    .object({ properties: z.record(z.string(), z.unknown()), required: z.array(z.string()).default([]) })
    .parse(toSchema(schema));
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema: property,
  }));
}

const json = (description: string, schema: Schema): Schema => ({
  description,
  content: { "application/json": { schema } },
});
const problems = {
  default: {
    description: "What is wrong",
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
  },
};
const idInPath: Schema = {
  name: "id",
  in: "path",
  required: true,
  schema: { type: "string", format: "uuid" },
};

const get = (summary: string, security: string, parameters: Schema[], answer: Schema): Schema => ({
  get: { summary, security: [{ [security]: [] }], parameters, responses: { 200: answer, ...problems } },
});
const view = json("The account's health", { $ref: "#/components/schemas/AccountHealth" });
const anyObject = { type: "object" };

/** The API in OpenAPI 3.1, from the same schemas that check requests and answers. */
export function openApiDocument(version: string): Schema {
  return {
    openapi: "3.1.0",
    info: { title: "Bellwether", version },
    paths: {
      "/api/hubspot/account-health": get(
        "Health beside a HubSpot record",
        "hubspotSignature",
        queryParameters(hubspotHealthQuery),
        view,
      ),
      "/api/zendesk/account-health": get(
        "Health beside a Zendesk ticket, organization or user",
        "zendeskAppToken",
        queryParameters(zendeskHealthQuery),
        view,
      ),
      "/api/v1/accounts": get(
        "Accounts with their newest score",
        "bearer",
        queryParameters(accountsQuery),
        json("A page of accounts", anyObject),
      ),
      "/api/v1/accounts/{id}/health": get("Health of one account", "bearer", [idInPath], view),
      "/api/v1/accounts/{id}/history": get(
        "Stored scores, oldest first",
        "bearer",
        [idInPath, ...queryParameters(historyQuery)],
        json("The history", anyObject),
      ),
      "/api/v1/intake/counts": get("Events per source, exact", "bearer", [], json("Counts", anyObject)),
      "/api/v1/connections": get("Connected platforms", "bearer", [], json("Connections", anyObject)),
      "/api/v1/backfill": get("Progress of reading history", "bearer", [], json("Progress", anyObject)),
      "/api/v1/write-backs": get(
        "What was written to the platforms lately",
        "bearer",
        [],
        json("Write-backs", anyObject),
      ),
    },
    components: {
      schemas: { AccountHealth: toSchema(accountHealthView), Problem: toSchema(problem) },
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        zendeskAppToken: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
        hubspotSignature: { type: "apiKey", in: "header", name: "X-HubSpot-Signature-v3" },
      },
    },
  };
}
