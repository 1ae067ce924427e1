-- Cards can be made again at any time, and are kept on the way of those who read: nothing waits for a disk because of
-- them, and a crash of the database empties them.
TRUNCATE "ready_card";
ALTER TABLE "ready_card" SET UNLOGGED;
