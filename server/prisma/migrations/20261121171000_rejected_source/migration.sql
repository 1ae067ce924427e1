-- Deliveries of platforms that were signed and cannot be used are shown beside the events of products.
ALTER TABLE "rejected_event" ADD COLUMN "source" TEXT NOT NULL DEFAULT 'segment';
