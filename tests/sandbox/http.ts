import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type Express, type NextFunction, type Request, type Response } from "express";
import type { z } from "zod";
import type { SandboxClock } from "./clock.ts";
import type { Fault, Faults } from "./faults.ts";
import type { SandboxPlatform, SandboxRequest } from "./types.ts";

/** An answer other than success; thrown by handlers and sent as it is. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(`answered ${status}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

export interface PlatformApp {
  app: Express;
  /** The faults that hit the request being answered. */
  faultOf(response: Response): Fault;
}

const waiting = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());

/** The parts that both platforms share: request log, faults, body parsing. */
export function platformApp(deps: {
  platform: SandboxPlatform;
  clock: SandboxClock;
  faults: Faults;
  requests: SandboxRequest[];
  renderFault(status: number, fault: Fault): ApiFailure;
}): PlatformApp {
  const drawn = new WeakMap<Response, Fault>();
  const app = express();
  app.disable("x-powered-by");
  app.set("etag", false);
  app.use(async (req: Request, res: Response, next: NextFunction) => {
    const fault = deps.faults.draw(deps.platform, req.method, req.path);
    drawn.set(res, fault);
    const { method, path } = req;
    const log = (status: number | null) =>
      deps.requests.push({ at: deps.clock.now(), platform: deps.platform, method, path, status });
    res.once("finish", () => log(res.statusCode));
    if (fault.slowMs !== undefined) await waiting(fault.slowMs);
    if (fault.status !== undefined) throw deps.renderFault(fault.status, fault);
    if (fault.dropAnswer === true) {
      res.end = () => {
        log(null);
        req.socket.destroy();
        return res;
      };
    }
    next();
  });
  app.use(express.json({ limit: "5mb" }), express.urlencoded({ extended: false }));
  return { app, faultOf: (response) => drawn.get(response) ?? {} };
}

/** Sends `ApiFailure`s; anything else is a defect of the sandbox or a body that is not JSON. */
export function failureHandler(invalidBody: (message: string) => ApiFailure) {
  return (error: unknown, _req: Request, res: Response, next: NextFunction): void => {
    if (res.headersSent) {
      next(error);
      return;
    }
    const failure =
      error instanceof ApiFailure
        ? error
        : invalidBody(error instanceof Error ? error.message : "unreadable");
    for (const [name, value] of Object.entries(failure.headers)) res.setHeader(name, value);
    if (typeof failure.body === "string") res.status(failure.status).type("html").send(failure.body);
    else res.status(failure.status).json(failure.body);
  };
}

/** @throws {ApiFailure} as `onInvalid` says, with the first thing that is wrong */
export function parse<S extends z.ZodType>(
  schema: S,
  value: unknown,
  onInvalid: (message: string) => ApiFailure,
): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw onInvalid(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}`);
}

/** A query parameter that occurs once; `undefined` when absent. */
export function queryText(req: Request, name: string): string | undefined {
  const value = req.query[name];
  return typeof value === "string" ? value : undefined;
}

/** Comma-separated values of a parameter that may also be repeated. */
export function queryList(req: Request, name: string): string[] {
  const value = req.query[name];
  const texts = Array.isArray(value) ? value.filter((item) => typeof item === "string") : [value];
  return texts.flatMap((text) => (typeof text === "string" && text !== "" ? text.split(",") : []));
}

export function bearerToken(req: Request): string | null {
  return /^Bearer (\S+)$/i.exec(req.headers.authorization ?? "")?.[1] ?? null;
}

/** Listens on 127.0.0.1; `close` ends open connections too. */
export async function listen(
  handler: Express,
  port: number,
): Promise<{ origin: string; close: () => Promise<void> }> {
  const server = await new Promise<Server>((resolve, reject) => {
    const starting = handler.listen(port, "127.0.0.1", (error) =>
      error ? reject(error) : resolve(starting),
    );
  });
  const address = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve, reject) => {
      server.close((error) => (error ? reject(error) : resolve()));
      server.closeAllConnections();
    });
  return { origin: `http://127.0.0.1:${address.port}`, close };
}
