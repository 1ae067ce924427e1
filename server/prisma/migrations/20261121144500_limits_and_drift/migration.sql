-- AlterTable
ALTER TABLE "outbox" ADD COLUMN     "confirmed_at" TIMESTAMPTZ(3),
ADD COLUMN     "held" JSONB,
ADD COLUMN     "parked_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "record_mark" ADD COLUMN     "last_error" TEXT,
ADD COLUMN     "refusals" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "drift" (
    "tenant_id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "object_type" TEXT NOT NULL,
    "object_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "ours" TEXT NOT NULL,
    "theirs" TEXT NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "drift_pkey" PRIMARY KEY ("tenant_id","connection_id","object_type","object_id","key")
);

-- CreateTable
CREATE TABLE "platform_budget" (
    "tenant_id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "state" JSON,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "platform_budget_pkey" PRIMARY KEY ("tenant_id","connection_id","name")
);

-- CreateIndex
CREATE INDEX "outbox_parked_idx" ON "outbox"("tenant_id", "connection_id") WHERE parked_at IS NOT NULL;

-- CreateIndex
CREATE INDEX "record_mark_refused_idx" ON "record_mark"("tenant_id", "connection_id") WHERE refusals > 0;
