-- Outlooks are compared by the database: flat columns in place of JSON. What is not carried over is calculated once.
ALTER TABLE "account_outlook"
    DROP COLUMN "outlook",
    ADD COLUMN "under" INTEGER,
    ADD COLUMN "made_at" BIGINT,
    ADD COLUMN "until" BIGINT,
    ADD COLUMN "moved_at" BIGINT,
    ADD COLUMN "kind" SMALLINT,
    ADD COLUMN "stale" SMALLINT,
    SET (fillfactor = 50);
