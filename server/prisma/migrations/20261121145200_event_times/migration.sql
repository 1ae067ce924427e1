-- AlterTable
ALTER TABLE "account_mark" ADD COLUMN     "event_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "outbox" ADD COLUMN     "event_at" TIMESTAMPTZ(3);
