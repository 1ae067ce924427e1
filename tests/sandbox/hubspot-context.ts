import type { Request, Response } from "express";
import { z } from "zod";
import type { SandboxClock } from "./clock.ts";
import type { Fault, Faults } from "./faults.ts";
import { ApiFailure, parse } from "./http.ts";
import type { HubspotOauth } from "./hubspot-oauth.ts";
import type { HubspotPortal } from "./hubspot-portal.ts";
import { type HubspotType, hubspotTypes, OBJECT_TYPE_IDS } from "./hubspot-property-data.ts";
import type { SandboxDefinition, SandboxLimits, SandboxRequest, SandboxWrite } from "./types.ts";

export interface HubspotContext {
  portals: ReadonlyMap<number, HubspotPortal>;
  oauth: HubspotOauth;
  clock: SandboxClock;
  faults: Faults;
  limits: SandboxLimits;
  appId: number;
  requests: SandboxRequest[];
  recordWrite(write: SandboxWrite): void;
  recordDefinition(definition: SandboxDefinition): void;
  correlationId(): string;
  elapsedMs(): number;
}

/** What a handler knows of the request beside its content. */
export interface HubspotCall {
  portal: HubspotPortal;
  fault: Fault;
}
export type CallOf = (response: Response) => HubspotCall;

export interface ErrorRow {
  status: "error";
  category: string;
  subCategory?: string;
  message: string;
  context: Record<string, string[]>;
  errors?: unknown[];
}

export function hubspotError(
  status: number,
  category: string,
  message: string,
  extra: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): ApiFailure {
  return new ApiFailure(status, { status: "error", message, category, ...extra }, headers);
}

export const invalidInput = (message: string): ApiFailure =>
  hubspotError(400, "VALIDATION_ERROR", `Invalid input: ${message}`);

export const parseBody = <S extends z.ZodType>(schema: S, req: Request): z.infer<S> =>
  parse(schema, req.body, invalidInput);

/** Ids are texts; HubSpot takes numbers as well. */
export const idText = z.union([z.string().min(1), z.number().transform(String)]);

/** @throws {ApiFailure} 400 when the path names a type that the sandbox does not have */
export function typeIn(req: Request, parameter = "type"): HubspotType {
  const name = req.params[parameter];
  const type = hubspotTypes.find(
    (known) => known === name || OBJECT_TYPE_IDS[known] === name || singular(known) === name,
  );
  if (type === undefined)
    throw hubspotError(400, "VALIDATION_ERROR", `Unable to infer object type from: ${String(name)}`);
  return type;
}

export function textIn(req: Request, parameter: string): string {
  const value = req.params[parameter];
  return typeof value === "string" ? value : "";
}

export const singular = (type: HubspotType): string =>
  type === "companies" ? "company" : type.replace(/s$/, "");

/** HTTP body of a batch answer; 207 as soon as one row failed. */
export function sendBatch(
  res: Response,
  at: string,
  results: unknown[],
  errors: ErrorRow[],
  success = 200,
): void {
  const failed = errors.length > 0 && { numErrors: errors.length, errors };
  res
    .status(errors.length > 0 ? 207 : success)
    .json({ status: "COMPLETE", results, ...failed, startedAt: at, completedAt: at });
}
