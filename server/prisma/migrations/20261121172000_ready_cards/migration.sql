-- CreateTable
CREATE TABLE "ready_card" (
    "tenant_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "audience" TEXT NOT NULL,
    "basis" UUID NOT NULL,
    "valid_until" TIMESTAMPTZ(3) NOT NULL,
    "body" TEXT NOT NULL,
    "freshness" JSON,

    CONSTRAINT "ready_card_pkey" PRIMARY KEY ("tenant_id","account_id","audience")
);

-- Cards are some ten kilobytes of JSON, and read far more often than written: as quick to unpack as possible.
DO $$
BEGIN
    ALTER TABLE "ready_card" ALTER COLUMN "body" SET COMPRESSION lz4;
EXCEPTION
    WHEN feature_not_supported OR syntax_error THEN
        RAISE NOTICE 'lz4 is not available: cards are compressed by the default method';
END $$;
