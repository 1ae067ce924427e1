-- AlterTable
ALTER TABLE "account" ADD COLUMN     "merged_into" UUID;

-- AlterTable
ALTER TABLE "health_snapshot" ADD COLUMN     "voided_by" UUID;

-- AlterTable
ALTER TABLE "party_link" ADD COLUMN     "linked_by" TEXT;

-- CreateTable
CREATE TABLE "match_rejection" (
    "tenant_id" UUID NOT NULL,
    "ref" TEXT NOT NULL,
    "account_id" UUID NOT NULL,
    "rejected_at" TIMESTAMPTZ(3) NOT NULL,
    "rejected_by" TEXT NOT NULL,

    CONSTRAINT "match_rejection_pkey" PRIMARY KEY ("tenant_id","ref","account_id")
);

-- CreateTable
CREATE TABLE "match_action" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "position" BIGSERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "by_name" TEXT NOT NULL,
    "asked" JSONB NOT NULL,
    "before" JSONB NOT NULL,
    "after" JSONB NOT NULL,
    "undoes" UUID,

    CONSTRAINT "match_action_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "match_action_health" (
    "tenant_id" UUID NOT NULL,
    "action_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "scored_at" TIMESTAMPTZ(3) NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "result" JSON NOT NULL,
    "inputs" JSON,
    "memories" JSON,

    CONSTRAINT "match_action_health_pkey" PRIMARY KEY ("tenant_id","action_id","account_id")
);

-- CreateIndex
CREATE INDEX "match_action_position_idx" ON "match_action"("tenant_id", "position");

-- CreateIndex
CREATE UNIQUE INDEX "match_action_undoes_key" ON "match_action"("tenant_id", "undoes");

-- CreateIndex
CREATE INDEX "account_merged_idx" ON "account"("tenant_id", "merged_into") WHERE (merged_into IS NOT NULL);
