import { accountHealthView, problem } from "@bellwether/shared";
import { z } from "zod";
import type { ApiRoute, RouteDoc } from "./api-route.ts";
import { CARD_DOCS } from "./routes/card-routes.ts";
import { tenantQuery } from "./routes/tenant-of.ts";

type Schema = Record<string, unknown>;
type Security = "bearer" | "hubspotSignature" | "zendeskAppToken";

/** The API in OpenAPI 3.1, from the same schemas that check requests and answers. */
export function openApiDocument(version: string, routes: readonly ApiRoute[]): Schema {
  const bearer = routes.map((route) => ({
    ...route,
    path: `/api/v1${route.path}`,
    security: "bearer" as const,
  }));
  const paths: Record<string, Schema> = {};
  for (const route of [...CARD_DOCS, ...bearer]) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method]: operation(route) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Bellwether", version },
    paths,
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

const toSchema = (schema: z.ZodType, io: "input" | "output" = "input"): Schema =>
  z.toJSONSchema(schema, { io, unrepresentable: "any" });

function operation(route: RouteDoc & { security: Security }): Schema {
  const { status = 200 } = route.answer;
  return {
    summary: route.summary,
    security: [{ [route.security]: [] }],
    parameters: [
      ...pathParameters(route.path),
      ...(route.query ? queryParameters(route.query) : []),
      ...(route.security === "bearer" ? queryParameters(tenantQuery) : []),
    ],
    ...(route.body && {
      requestBody: { required: true, content: { "application/json": { schema: toSchema(route.body) } } },
    }),
    responses: { [status]: answerOf(route), default: PROBLEM },
  };
}

const PROBLEM: Schema = {
  description: "What is wrong",
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
};

const pathParameters = (path: string): Schema[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string", ...(name === "id" && { format: "uuid" }) },
  }));

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

function answerOf({ answer }: RouteDoc): Schema {
  const { description, status, contentTypes = ["application/json"] } = answer;
  if (status === 204) return { description };
  return {
    description,
    content: Object.fromEntries(contentTypes.map((type) => [type, content(answer, type)])),
  };
}

function content({ schema }: RouteDoc["answer"], type: string): Schema {
  if (type !== "application/json") return { schema: { type: "string" } };
  if (schema === accountHealthView) return { schema: { $ref: "#/components/schemas/AccountHealth" } };
  return { schema: schema ? toSchema(schema, "output") : { type: "object" } };
}
