-- CreateTable
CREATE TABLE "account_outlook" (
    "tenant_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "outlook" JSON,

    CONSTRAINT "account_outlook_pkey" PRIMARY KEY ("tenant_id","account_id")
);

-- CreateTable
CREATE TABLE "rescore_range" (
    "tenant_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "number" INTEGER NOT NULL,
    "after" UUID,
    "up_to" UUID,
    "cursor" UUID,
    "is_done" BOOLEAN NOT NULL DEFAULT false,
    "claimed_by" UUID,
    "claimed_at" TIMESTAMPTZ(3),

    CONSTRAINT "rescore_range_pkey" PRIMARY KEY ("tenant_id","day","number")
);
