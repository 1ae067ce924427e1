-- Results are some ten kilobytes of JSON. lz4 packs them nearly as small as the default, in a fraction of the time;
-- where the database was built without it, the default stays.
DO $$
BEGIN
    ALTER TABLE "health_current"
        ALTER COLUMN "result" SET COMPRESSION lz4,
        ALTER COLUMN "inputs" SET COMPRESSION lz4,
        ALTER COLUMN "memories" SET COMPRESSION lz4;
    ALTER TABLE "health_snapshot"
        ALTER COLUMN "result" SET COMPRESSION lz4,
        ALTER COLUMN "inputs" SET COMPRESSION lz4;
EXCEPTION
    WHEN feature_not_supported OR syntax_error THEN
        RAISE NOTICE 'lz4 is not available: results are compressed by the default method';
END $$;
