import { z } from "zod";
import { allowOrigins } from "../../src/adapters/platform/allowed-origins.ts";
import { createOutgoingFetch, HTTP_DEFAULTS } from "../../src/adapters/platform/outgoing-http.ts";
import { systemTime } from "../../src/adapters/platform/time-source.ts";
import { PlatformError } from "../../src/services/errors.ts";
import type { Area, Finding } from "./finding.ts";
import { failure, ok, warning } from "./finding.ts";

export interface Answer {
  /** `null` = no answer. */
  status: number | null;
  /** Parsed JSON; `null` where there is none. */
  body: unknown;
}

/** Reads a platform with one token, and notes what its clock says. */
export interface PlatformReader {
  get(path: string): Promise<Answer>;
  /** How far this machine's clock is ahead of the platform's, in ms; `null` before the first answer. */
  skewMs(): number | null;
}

const TIMEOUT_MS = 10_000;

export function platformReader(
  { origin, platformName, token }: { origin: string; platformName: string; token: string },
  now: () => Date,
): PlatformReader {
  let skewMs: number | null = null;
  const fetch = createOutgoingFetch({
    ...HTTP_DEFAULTS,
    timeoutMs: TIMEOUT_MS,
    maxAttempts: 2,
    platformName,
    allowed: allowOrigins(origin),
    limiters: [],
    time: systemTime,
    onAnswer: ({ headers }) => {
      const theirs = Date.parse(headers.get("date") ?? "");
      if (!Number.isNaN(theirs)) skewMs = now().getTime() - theirs;
    },
  });
  return {
    skewMs: () => skewMs,
    get: async (path) => {
      try {
        const headers = { authorization: `Bearer ${token}`, accept: "application/json" };
        const answer = await fetch(`${origin}${path}`, { headers });
        return { status: answer.status, body: parsed(await answer.text()) };
      } catch (error) {
        if (!(error instanceof PlatformError)) throw error;
        return { status: error.status, body: null };
      }
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // a web page in place of an answer: the status says what there is to say
  }
}

/** Signatures of webhooks are refused when they are five minutes off. */
const MAX_SKEW_MS = 60_000;

export function checkClock(area: Area, name: string, skewMs: number | null): Finding[] {
  if (skewMs === null) return [];
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  if (Math.abs(skewMs) <= MAX_SKEW_MS)
    return [ok(area, `This machine's clock agrees with ${name}'s (${seconds} s apart).`)];
  const direction = skewMs > 0 ? "ahead of" : "behind";
  const text = `This machine's clock is ${seconds} s ${direction} ${name}'s; from 300 s on webhooks are refused.`;
  const advice = "Let the clock be set by NTP (timedatectl set-ntp true).";
  return [seconds >= 300 ? failure(area, text, advice) : warning(area, text, advice)];
}

/** Rows of a list in an answer that fit; none where it is no list. */
export function rowsIn<T>({ body }: Answer, key: string, row: z.ZodType<T>): T[] {
  const list = z.looseObject({ [key]: z.array(z.unknown()) }).safeParse(body);
  const rows = list.success ? list.data[key] : [];
  return Array.isArray(rows) ? rows.flatMap((each) => row.safeParse(each).data ?? []) : [];
}
