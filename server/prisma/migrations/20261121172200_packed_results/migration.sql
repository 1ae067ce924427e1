-- Results take a tenth of the bytes; those from before stay as they are. What statements ask for stands beside them.
ALTER TABLE "health_current"
    ALTER COLUMN "result" DROP NOT NULL,
    ADD COLUMN "packed" BYTEA,
    ADD COLUMN "packed_inputs" BYTEA,
    ADD COLUMN "lost_at" TIMESTAMPTZ(3),
    ADD COLUMN "override_id" TEXT;
ALTER TABLE "match_action_health"
    ALTER COLUMN "result" DROP NOT NULL,
    ADD COLUMN "packed" BYTEA,
    ADD COLUMN "packed_inputs" BYTEA,
    ADD COLUMN "lost_at" TIMESTAMPTZ(3),
    ADD COLUMN "override_id" TEXT;
ALTER TABLE "health_snapshot"
    ALTER COLUMN "result" DROP NOT NULL,
    ADD COLUMN "packed" BYTEA,
    ADD COLUMN "packed_inputs" BYTEA,
    ADD COLUMN "calculated_score" DOUBLE PRECISION,
    ADD COLUMN "band" TEXT,
    ADD COLUMN "is_at_risk" BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN "lost_at" TIMESTAMPTZ(3),
    ADD COLUMN "churn_probability" DOUBLE PRECISION,
    ADD COLUMN "churn_model" TEXT;

-- Packed already: trying to compress it costs time and saves nothing.
ALTER TABLE "health_current" ALTER COLUMN "packed" SET STORAGE EXTERNAL, ALTER COLUMN "packed_inputs" SET STORAGE EXTERNAL;
ALTER TABLE "health_snapshot" ALTER COLUMN "packed" SET STORAGE EXTERNAL, ALTER COLUMN "packed_inputs" SET STORAGE EXTERNAL;

UPDATE "health_current" SET
    "lost_at" = ("result"->>'lostAt')::timestamptz,
    "override_id" = "result"->'override'->>'correctionId';
UPDATE "match_action_health" SET
    "lost_at" = ("result"->>'lostAt')::timestamptz,
    "override_id" = "result"->'override'->>'correctionId';
UPDATE "health_snapshot" SET
    "calculated_score" = ("result"->>'calculatedScore')::double precision,
    "band" = "result"->>'band',
    "is_at_risk" = coalesce(("result"#>>'{atRisk,isAtRisk}')::boolean, false),
    "lost_at" = ("result"->>'lostAt')::timestamptz,
    "churn_probability" = ("result"->'churnRisk'->>'probability')::double precision,
    "churn_model" = "result"->'churnRisk'->>'modelVersion';
