import { createHmac, timingSafeEqual } from "node:crypto";
import express, { type Request } from "express";
import pg from "pg";

/**
 * The bare floor of a card's read: Express, HMAC of the address or of the token, one read by key of a million rows,
 * the text as the answer. No tenants looked up, nothing checked of the text, no headers, no metrics.
 */
const settings = { secret: process.env["SECRET"] ?? "", appSecret: process.env["APP_SECRET"] ?? "" };
const publicUrl = process.env["PUBLIC_URL"] ?? "";
const pool = new pg.Pool({ connectionString: process.env["DATABASE_URL"], max: 4 });

const isSame = (given: string, right: Buffer, encoding: BufferEncoding): boolean => {
  const bytes = Buffer.from(given, encoding);
  return bytes.length === right.length && timingSafeEqual(bytes, right);
};
function isFromHubspot(req: Request): boolean {
  const stamp = String(req.headers["x-hubspot-request-timestamp"]);
  const right = createHmac("sha256", settings.secret)
    .update(`GET${publicUrl}${req.originalUrl}${stamp}`)
    .digest();
  return isSame(String(req.headers["x-hubspot-signature-v3"]), right, "base64");
}
function isFromZendesk(req: Request): boolean {
  const [header = "", payload = "", signature = ""] = (req.headers.authorization ?? "").slice(7).split(".");
  const right = createHmac("sha256", settings.appSecret).update(`${header}.${payload}`).digest();
  if (!isSame(signature, right, "base64url")) return false;
  const claims: { exp: number } = JSON.parse(Buffer.from(payload, "base64url").toString());
  return claims.exp * 1000 > Date.now();
}

const app = express();
app.get("/ready", (_req, res) => {
  res.end();
});
for (const [platform, isProven, name] of [
  ["hubspot", isFromHubspot, "objectId"],
  ["zendesk", isFromZendesk, "organizationId"],
] as const)
  app.get(`/api/${platform}/account-health`, async (req, res) => {
    if (!isProven(req)) return void res.status(401).end();
    const { rows } = await pool.query<{ body: string }>({
      name: "card",
      text: "SELECT body FROM floor_card WHERE id = $1",
      values: [req.query[name]],
    });
    res.type("json").send(rows[0]?.body);
  });
const server = app.listen(Number(process.env["PORT"]));
process.on("SIGTERM", () => {
  server.close();
  server.closeAllConnections();
  void pool.end();
});
