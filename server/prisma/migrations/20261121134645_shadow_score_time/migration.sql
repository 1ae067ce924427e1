-- AlterTable
ALTER TABLE "shadow_score" ADD COLUMN     "at" TIMESTAMPTZ(3) NOT NULL;
