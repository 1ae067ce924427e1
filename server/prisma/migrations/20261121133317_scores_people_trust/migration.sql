-- AlterTable
ALTER TABLE "health_current" ADD COLUMN     "inputs" JSON,
ADD COLUMN     "memories" JSON;

-- AlterTable
ALTER TABLE "health_snapshot" ADD COLUMN     "inputs" JSON;

-- AlterTable
ALTER TABLE "observation" ADD COLUMN     "position" BIGSERIAL NOT NULL;

-- CreateTable
CREATE TABLE "scorecard" (
    "tenant_id" UUID NOT NULL,
    "version" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "segments" TEXT[],
    "definition" JSONB NOT NULL,
    "based_on" TEXT,
    "note" TEXT,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "proposed_by" TEXT,
    "proposed_at" TIMESTAMPTZ(3),
    "approved_by" TEXT,
    "approved_at" TIMESTAMPTZ(3),
    "shadow_since" TIMESTAMPTZ(3),
    "shadow_until" TIMESTAMPTZ(3),
    "backtest" JSONB,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "scorecard_pkey" PRIMARY KEY ("tenant_id","version")
);

-- CreateTable
CREATE TABLE "scorecard_activation" (
    "tenant_id" UUID NOT NULL,
    "id" BIGSERIAL NOT NULL,
    "segment" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "by" TEXT NOT NULL,

    CONSTRAINT "scorecard_activation_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "shadow_score" (
    "tenant_id" UUID NOT NULL,
    "version" TEXT NOT NULL,
    "account_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "health_score" DOUBLE PRECISION,
    "band" TEXT,
    "is_at_risk" BOOLEAN NOT NULL,
    "memory" JSON NOT NULL,

    CONSTRAINT "shadow_score_pkey" PRIMARY KEY ("tenant_id","version","account_id","day")
);

-- CreateTable
CREATE TABLE "churn_model" (
    "tenant_id" UUID NOT NULL,
    "version" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "model" JSONB NOT NULL,
    "report" JSONB NOT NULL,
    "trained_at" TIMESTAMPTZ(3) NOT NULL,
    "proposed_by" TEXT,
    "proposed_at" TIMESTAMPTZ(3),
    "approved_by" TEXT,
    "approved_at" TIMESTAMPTZ(3),

    CONSTRAINT "churn_model_pkey" PRIMARY KEY ("tenant_id","version")
);

-- CreateTable
CREATE TABLE "churn_model_activation" (
    "tenant_id" UUID NOT NULL,
    "id" BIGSERIAL NOT NULL,
    "version" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "by" TEXT NOT NULL,

    CONSTRAINT "churn_model_activation_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "training_run" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "status" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "done" INTEGER NOT NULL DEFAULT 0,
    "total" INTEGER,
    "version" TEXT,
    "started_by" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "training_run_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "outcome" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "source" TEXT NOT NULL,
    "source_key" TEXT NOT NULL,
    "reason" TEXT,
    "note" TEXT,
    "recorded_by" TEXT NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,
    "retracted_by" TEXT,
    "retracted_at" TIMESTAMPTZ(3),

    CONSTRAINT "outcome_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "correction" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "target" TEXT NOT NULL,
    "direction" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "evidence" TEXT,
    "override" JSONB,
    "shown" JSONB NOT NULL,
    "author" TEXT NOT NULL,
    "author_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "withdrawn_at" TIMESTAMPTZ(3),
    "withdrawn_by" TEXT,

    CONSTRAINT "correction_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "api_token" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "financial" BOOLEAN NOT NULL,
    "token_hash" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "audit_log" (
    "tenant_id" UUID NOT NULL,
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "detail" JSONB NOT NULL,

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateIndex
CREATE INDEX "scorecard_activation_segment_idx" ON "scorecard_activation"("tenant_id", "segment", "id");

-- CreateIndex
CREATE UNIQUE INDEX "outcome_source_key" ON "outcome"("tenant_id", "account_id", "source", "source_key", "kind");

-- CreateIndex
CREATE INDEX "correction_account_idx" ON "correction"("tenant_id", "account_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "api_token_hash_key" ON "api_token"("token_hash");
