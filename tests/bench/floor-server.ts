import { createHmac, timingSafeEqual } from "node:crypto";
import express from "express";
import pg from "pg";

/**
 * The bare floor: Express, HMAC, JSON and one insert of the same rows. No validation, no tenants looked up,
 * no marks, no jobs.
 */
const secret = process.env["SECRET"] ?? "";
const pool = new pg.Pool({ connectionString: process.env["DATABASE_URL"], max: 4 });
await pool.query(`CREATE TABLE floor_event (
  tenant_id uuid NOT NULL, source text NOT NULL, event_key text NOT NULL, type text NOT NULL,
  occurred_at timestamptz NOT NULL, payload jsonb NOT NULL,
  PRIMARY KEY (tenant_id, source, event_key))`);

interface FloorEvent {
  eventId: number;
  objectId: number;
  occurredAt: number;
  subscriptionType: string;
}
const TENANT = "00000000-0000-4000-8000-000000000001";
const INSERT = `INSERT INTO floor_event
  SELECT $1::uuid, 'hubspot', u.* FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::jsonb[]) AS u
  ON CONFLICT DO NOTHING`;

const app = express();
app.get("/ready", (_req, res) => {
  res.end();
});
app.post("/webhooks/hubspot", express.raw({ type: () => true, limit: "1mb" }), async (req, res) => {
  const body: Buffer = req.body;
  const stamp = String(req.headers["x-hubspot-request-timestamp"]);
  const mac = createHmac("sha256", secret)
    .update(`POST${process.env["PUBLIC_URL"]}${req.originalUrl}`)
    .update(body)
    .update(stamp)
    .digest();
  if (!timingSafeEqual(mac, Buffer.from(String(req.headers["x-hubspot-signature-v3"]), "base64")))
    return void res.status(401).end();
  const events: FloorEvent[] = JSON.parse(body.toString("utf8"));
  await pool.query({
    name: "insert",
    text: INSERT,
    values: [
      TENANT,
      events.map((e) => `${e.subscriptionType}:${e.objectId}:${e.eventId}:${e.occurredAt}`),
      events.map((e) => e.subscriptionType),
      events.map((e) => new Date(e.occurredAt).toISOString()),
      events.map((e) => JSON.stringify(e)),
    ],
  });
  res.status(202).end();
});
const server = app.listen(Number(process.env["PORT"]));
process.on("SIGTERM", () => {
  server.close();
  server.closeAllConnections();
  void pool.end();
});
