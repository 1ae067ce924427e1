-- DropIndex
DROP INDEX "account_mark_due_idx";

-- DropIndex
DROP INDEX "record_mark_due_idx";

-- CreateIndex
CREATE INDEX "account_mark_due_idx" ON "account_mark"("tenant_id", "due_at") WHERE (due_at IS NOT NULL);

-- CreateIndex
CREATE INDEX "record_mark_due_idx" ON "record_mark"("tenant_id", "connection_id", "due_at") WHERE (due_at IS NOT NULL);
