-- CreateTable
CREATE TABLE "tenant" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tenant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "connection" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "platform" TEXT NOT NULL,
    "external_id" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "status_reason" TEXT,
    "scopes" TEXT[],
    "config" JSONB NOT NULL,
    "connected_at" TIMESTAMPTZ(3) NOT NULL,
    "provisioned_at" TIMESTAMPTZ(3),
    "synced_at" TIMESTAMPTZ(3),

    CONSTRAINT "connection_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "connection_secret" (
    "tenant_id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "sealed" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "connection_secret_pkey" PRIMARY KEY ("tenant_id","connection_id")
);

-- CreateTable
CREATE TABLE "inbox" (
    "tenant_id" UUID NOT NULL,
    "source" TEXT NOT NULL,
    "event_key" TEXT NOT NULL,
    "connection_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "payload" JSON NOT NULL,

    CONSTRAINT "inbox_pkey" PRIMARY KEY ("tenant_id","source","event_key")
);

-- CreateTable
CREATE TABLE "intake_count" (
    "tenant_id" UUID NOT NULL,
    "source" TEXT NOT NULL,
    "slot" INTEGER NOT NULL,
    "accepted" BIGINT NOT NULL DEFAULT 0,
    "duplicates" BIGINT NOT NULL DEFAULT 0,
    "rejected" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "intake_count_pkey" PRIMARY KEY ("tenant_id","source","slot")
);

-- CreateTable
CREATE TABLE "process_heartbeat" (
    "process_id" UUID NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "process_heartbeat_pkey" PRIMARY KEY ("process_id")
);

-- CreateTable
CREATE TABLE "record_mark" (
    "tenant_id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "platform" TEXT NOT NULL,
    "object_type" TEXT NOT NULL,
    "object_id" TEXT NOT NULL,
    "version" BIGINT NOT NULL DEFAULT 1,
    "due_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "claimed_by" UUID,
    "claimed_at" TIMESTAMPTZ(3),

    CONSTRAINT "record_mark_pkey" PRIMARY KEY ("tenant_id","connection_id","object_type","object_id")
);

-- CreateTable
CREATE TABLE "source_record" (
    "tenant_id" UUID NOT NULL,
    "ref" TEXT NOT NULL,
    "connection_id" UUID NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "record" JSON,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "source_record_pkey" PRIMARY KEY ("tenant_id","ref")
);

-- CreateTable
CREATE TABLE "record_link" (
    "tenant_id" UUID NOT NULL,
    "ref" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "target_ref" TEXT NOT NULL,
    "is_open_ticket" BOOLEAN NOT NULL,

    CONSTRAINT "record_link_pkey" PRIMARY KEY ("tenant_id","ref","target_ref")
);

-- CreateTable
CREATE TABLE "party" (
    "tenant_id" UUID NOT NULL,
    "ref" TEXT NOT NULL,
    "platform" TEXT NOT NULL,
    "name" TEXT,
    "name_key" TEXT,
    "domains" TEXT[],
    "external_id" TEXT,
    "external_key" TEXT,
    "is_customer" BOOLEAN NOT NULL,
    "awaits_account" BOOLEAN NOT NULL,

    CONSTRAINT "party_pkey" PRIMARY KEY ("tenant_id","ref")
);

-- CreateTable
CREATE TABLE "party_domain" (
    "tenant_id" UUID NOT NULL,
    "domain" TEXT NOT NULL,
    "ref" TEXT NOT NULL,

    CONSTRAINT "party_domain_pkey" PRIMARY KEY ("tenant_id","domain","ref")
);

-- CreateTable
CREATE TABLE "party_link" (
    "tenant_id" UUID NOT NULL,
    "ref" TEXT NOT NULL,
    "account_id" UUID NOT NULL,
    "rule" TEXT NOT NULL,
    "linked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "party_link_pkey" PRIMARY KEY ("tenant_id","ref")
);

-- CreateTable
CREATE TABLE "match_suggestion" (
    "tenant_id" UUID NOT NULL,
    "ref" TEXT NOT NULL,
    "account_id" UUID NOT NULL,
    "rule" TEXT NOT NULL,
    "reason" TEXT NOT NULL,

    CONSTRAINT "match_suggestion_pkey" PRIMARY KEY ("tenant_id","ref","account_id")
);

-- CreateTable
CREATE TABLE "observation" (
    "tenant_id" UUID NOT NULL,
    "subject" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "value_hash" UUID NOT NULL,
    "source" TEXT NOT NULL,
    "value" JSONB NOT NULL,

    CONSTRAINT "observation_pkey" PRIMARY KEY ("tenant_id","subject","at","kind","key","value_hash")
);

-- CreateTable
CREATE TABLE "backfill_progress" (
    "tenant_id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "object_type" TEXT NOT NULL,
    "cursor" TEXT,
    "records_read" INTEGER NOT NULL,
    "records_total" INTEGER,
    "is_done" BOOLEAN NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "backfill_progress_pkey" PRIMARY KEY ("tenant_id","connection_id","object_type")
);

-- CreateTable
CREATE TABLE "account" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "account_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "account_mark" (
    "tenant_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "version" BIGINT NOT NULL DEFAULT 1,
    "due_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "claimed_by" UUID,
    "claimed_at" TIMESTAMPTZ(3),

    CONSTRAINT "account_mark_pkey" PRIMARY KEY ("tenant_id","account_id")
);

-- CreateTable
CREATE TABLE "health_current" (
    "tenant_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "scored_at" TIMESTAMPTZ(3) NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "result" JSON NOT NULL,

    CONSTRAINT "health_current_pkey" PRIMARY KEY ("tenant_id","account_id")
);

-- CreateTable
CREATE TABLE "health_snapshot" (
    "tenant_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "is_reconstructed" BOOLEAN NOT NULL,
    "health_score" DOUBLE PRECISION,
    "result" JSON NOT NULL,

    CONSTRAINT "health_snapshot_pkey" PRIMARY KEY ("tenant_id","account_id","at")
);

-- CreateTable
CREATE TABLE "outbox" (
    "tenant_id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "object_type" TEXT NOT NULL,
    "object_id" TEXT NOT NULL,
    "platform" TEXT NOT NULL,
    "account_id" UUID NOT NULL,
    "desired" JSONB NOT NULL,
    "confirmed" JSONB,
    "version" BIGINT NOT NULL DEFAULT 1,
    "is_pending" BOOLEAN NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_at" TIMESTAMPTZ(3) NOT NULL,
    "claimed_by" UUID,
    "claimed_at" TIMESTAMPTZ(3),
    "last_error" TEXT,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("tenant_id","connection_id","object_type","object_id")
);

-- CreateTable
CREATE TABLE "write_log" (
    "tenant_id" UUID NOT NULL,
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "platform" TEXT NOT NULL,
    "object_type" TEXT NOT NULL,
    "object_id" TEXT NOT NULL,
    "account_id" UUID,
    "values" JSONB NOT NULL,
    "outcome" TEXT NOT NULL,
    "reason" TEXT,

    CONSTRAINT "write_log_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateIndex
CREATE UNIQUE INDEX "connection_id_key" ON "connection"("id");

-- CreateIndex
CREATE UNIQUE INDEX "connection_external_key" ON "connection"("platform", "external_id");

-- CreateIndex
CREATE INDEX "record_mark_due_idx" ON "record_mark"("tenant_id", "connection_id", "due_at");

-- CreateIndex
CREATE INDEX "record_link_target_idx" ON "record_link"("tenant_id", "target_ref", "is_open_ticket");

-- CreateIndex
CREATE INDEX "party_external_key_idx" ON "party"("tenant_id", "external_key");

-- CreateIndex
CREATE INDEX "party_name_key_idx" ON "party"("tenant_id", "name_key");

-- CreateIndex
CREATE INDEX "party_awaits_account_idx" ON "party"("tenant_id", "ref") WHERE (awaits_account);

-- CreateIndex
CREATE INDEX "party_domain_ref_idx" ON "party_domain"("tenant_id", "ref");

-- CreateIndex
CREATE INDEX "party_link_account_idx" ON "party_link"("tenant_id", "account_id");

-- CreateIndex
CREATE INDEX "match_suggestion_account_idx" ON "match_suggestion"("tenant_id", "account_id");

-- CreateIndex
CREATE INDEX "account_mark_due_idx" ON "account_mark"("tenant_id", "due_at");

-- CreateIndex
CREATE INDEX "outbox_pending_idx" ON "outbox"("tenant_id", "connection_id", "object_type", "next_at") WHERE (is_pending);

-- Prisma's schema cannot say what follows.

-- Rows that are updated again and again stay in their page.
ALTER TABLE "health_current" SET (fillfactor = 50);
ALTER TABLE "outbox" SET (fillfactor = 50);
ALTER TABLE "intake_count" SET (fillfactor = 50);

-- Tables whose rows come and go: cleaned up by the number of dead rows, not by their share of a table that may have
-- been large once.
ALTER TABLE "record_mark" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
ALTER TABLE "account_mark" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

