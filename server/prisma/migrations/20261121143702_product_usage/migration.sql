-- AlterTable
ALTER TABLE "delivery" ADD COLUMN     "counted_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "write_key" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "key_hash" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "write_key_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "rejected_event" (
    "tenant_id" UUID NOT NULL,
    "event_key" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "reason" TEXT NOT NULL,
    "body" TEXT NOT NULL,

    CONSTRAINT "rejected_event_pkey" PRIMARY KEY ("tenant_id","event_key")
);

-- CreateTable
CREATE TABLE "usage_feed" (
    "tenant_id" UUID NOT NULL,
    "last_received_at" TIMESTAMPTZ(3),
    "map" JSONB,

    CONSTRAINT "usage_feed_pkey" PRIMARY KEY ("tenant_id")
);

-- CreateTable
CREATE TABLE "usage_user" (
    "tenant_id" UUID NOT NULL,
    "user_key" UUID NOT NULL,
    "group_id" TEXT NOT NULL,
    "group_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "usage_user_pkey" PRIMARY KEY ("tenant_id","user_key")
);

-- CreateTable
CREATE TABLE "usage_day" (
    "tenant_id" UUID NOT NULL,
    "group_id" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "user_key" UUID NOT NULL,
    "events" INTEGER NOT NULL,
    "logins" INTEGER NOT NULL,

    CONSTRAINT "usage_day_pkey" PRIMARY KEY ("tenant_id","group_id","day","user_key")
);

-- CreateTable
CREATE TABLE "usage_feature_day" (
    "tenant_id" UUID NOT NULL,
    "group_id" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "feature" TEXT NOT NULL,
    "uses" INTEGER NOT NULL,

    CONSTRAINT "usage_feature_day_pkey" PRIMARY KEY ("tenant_id","group_id","day","feature")
);

-- CreateTable
CREATE TABLE "usage_pending" (
    "tenant_id" UUID NOT NULL,
    "user_key" UUID NOT NULL,
    "day" DATE NOT NULL,
    "feature" TEXT NOT NULL,
    "events" INTEGER NOT NULL,
    "logins" INTEGER NOT NULL,

    CONSTRAINT "usage_pending_pkey" PRIMARY KEY ("tenant_id","user_key","day","feature")
);

-- CreateTable
CREATE TABLE "usage_group" (
    "tenant_id" UUID NOT NULL,
    "group_id" TEXT NOT NULL,
    "name" TEXT,
    "domains" TEXT[],
    "external_id" TEXT,
    "traits_at" TIMESTAMPTZ(3),
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "gauges" JSONB,
    "gauges_day" DATE,
    "rounds" INTEGER NOT NULL DEFAULT 0,
    "due_at" TIMESTAMPTZ(3),
    "rests_until" TIMESTAMPTZ(3),
    "is_new" BOOLEAN NOT NULL DEFAULT true,
    "is_unmatched" BOOLEAN NOT NULL DEFAULT true,

    CONSTRAINT "usage_group_pkey" PRIMARY KEY ("tenant_id","group_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "write_key_hash_key" ON "write_key"("key_hash");

-- CreateIndex
CREATE INDEX "rejected_event_at_idx" ON "rejected_event"("tenant_id", "at");

-- CreateIndex
CREATE INDEX "usage_group_due_idx" ON "usage_group"("tenant_id", "due_at") WHERE (due_at IS NOT NULL);

-- CreateIndex
CREATE INDEX "usage_group_unmatched_idx" ON "usage_group"("tenant_id", "group_id") WHERE (is_unmatched);

-- CreateIndex
CREATE INDEX "delivery_to_count_idx" ON "delivery"("tenant_id", "id") WHERE (source = 'segment' AND counted_at IS NULL);

-- CreateIndex
CREATE INDEX "delivery_counted_idx" ON "delivery"("received_at") WHERE (source = 'segment' AND counted_at IS NOT NULL);
