-- CreateTable
CREATE TABLE "delivery" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "source" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "body" BYTEA NOT NULL,

    CONSTRAINT "delivery_pkey" PRIMARY KEY ("tenant_id","id")
);

-- What was taken in before becomes a delivery of its own.
ALTER TABLE "inbox" ADD COLUMN "delivery_id" UUID NOT NULL DEFAULT gen_random_uuid();
INSERT INTO "delivery" ("tenant_id", "id", "connection_id", "source", "received_at", "body")
SELECT "tenant_id", "delivery_id", "connection_id", "source", "received_at", convert_to(json_build_array("payload")::text, 'UTF8')
FROM "inbox";

-- AlterTable
ALTER TABLE "inbox" ALTER COLUMN "delivery_id" DROP DEFAULT,
DROP COLUMN "connection_id",
DROP COLUMN "occurred_at",
DROP COLUMN "payload",
DROP COLUMN "received_at",
DROP COLUMN "type";

-- Prisma's schema cannot say what follows.

-- Faster than the default compression, where the server was built with it.
DO $$
BEGIN
  ALTER TABLE "delivery" ALTER COLUMN "body" SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported OR undefined_object OR invalid_parameter_value THEN
  NULL;
END $$;
