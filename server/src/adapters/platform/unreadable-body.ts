import { createHash } from "node:crypto";
import type { RejectedEvent } from "../../services/ports.ts";
import { shownText } from "./without-secrets.ts";

/** More than is ever shown of it. */
const LOOKED_AT = 8_192;

/** The beginning of a body that nobody can read, under a key by which it is known again. */
export const unreadableBody = (rawBody: Buffer, reason: string): RejectedEvent => ({
  key: `body|${createHash("sha256").update(rawBody).digest("base64url")}`,
  reason,
  body: shownText(rawBody.subarray(0, LOOKED_AT).toString("utf8")),
});
