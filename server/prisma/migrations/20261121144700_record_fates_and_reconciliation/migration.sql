-- CreateTable
CREATE TABLE "record_fate" (
    "tenant_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "connection_id" UUID NOT NULL,
    "into_ref" TEXT,
    "known_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "record_fate_pkey" PRIMARY KEY ("tenant_id","kind","ref")
);

-- CreateTable
CREATE TABLE "reconciliation" (
    "tenant_id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "object_type" TEXT NOT NULL,
    "stage" TEXT NOT NULL,
    "position" TEXT,
    "counts" JSONB NOT NULL,

    CONSTRAINT "reconciliation_pkey" PRIMARY KEY ("tenant_id","connection_id","id")
);

-- CreateTable
CREATE TABLE "reconciliation_seen" (
    "tenant_id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "object_type" TEXT NOT NULL,
    "object_id" TEXT NOT NULL,

    CONSTRAINT "reconciliation_seen_pkey" PRIMARY KEY ("tenant_id","connection_id","object_type","object_id")
);

-- CreateIndex
CREATE INDEX "record_fate_open_idx" ON "record_fate"("tenant_id", "connection_id", "kind") WHERE (settled_at IS NULL);

-- CreateIndex
CREATE UNIQUE INDEX "reconciliation_open_key" ON "reconciliation"("tenant_id", "connection_id") WHERE (finished_at IS NULL);
