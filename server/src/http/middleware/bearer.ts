import { createHash, timingSafeEqual } from "node:crypto";
import type { Request, RequestHandler } from "express";
import { AppError } from "../../services/errors.ts";

export function bearerOf(req: Request): string | null {
  const match = /^Bearer ([^\s]+)$/i.exec(req.headers.authorization ?? "");
  return match?.[1] ?? null;
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
/** Constant time whatever the lengths. */
export const isSame = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

/** @param token `null` closes the routes and says which setting opens them. */
export function requireToken(token: string | null, setting: string): RequestHandler {
  return (req, _res, next) => {
    if (token === null) throw new AppError("token_invalid", `This needs a token; set ${setting} to open it.`);
    const given = bearerOf(req);
    if (given === null || !isSame(given, token))
      throw new AppError("token_invalid", "The bearer token is missing or wrong.");
    next();
  };
}
