import { afterAll, beforeAll, expect, it } from "vitest";
import type { JobQueue } from "../../server/src/services/ports.ts";
import { reconstructHistory } from "../../server/src/services/reconstruct-history.ts";
import { forEachDatabase } from "../support/database.ts";
import { observed, ScoredBook } from "../support/scored-book.ts";
import { ref, type Stores, storesOfProcess } from "../support/stores.ts";

const nobodyWorks: JobQueue = {
  enqueue: async () => undefined,
  work: async () => undefined,
  schedule: async () => undefined,
  stop: async () => undefined,
};

forEachDatabase("A reconstructed history", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  it("is scored by the tenant's own definitions, ends at a loss, and is replayed in words", async () => {
    const book = await ScoredBook.open(under.database, stores);
    const { tenantId } = book.world;
    const [lost, kept] = [await book.account(ref("company", "1")), await book.account(ref("company", "2"))];
    const facts = ["1", "2"].flatMap((company) =>
      [200, 160, 120, 80, 40, 5].map((days) =>
        observed(ref("company", company), book.daysAgo(days), {
          kind: "usage",
          key: "activeUsers",
          value: days,
        }),
      ),
    );
    await book.tell(facts);
    await book.addScorecard("own-1", 40);
    await book.activate("own-1");
    const lostAt = book.daysAgo(60);
    await book.outcome(lost, "churned", lostAt);
    await book.score();
    const frozen = (await stores.scores.latest(tenantId, lost))?.result;
    await reconstructHistory({ ...book.deps, queue: nobodyWorks }, tenantId);
    await book.score();

    const past = async (id: typeof lost) =>
      (await stores.scores.history(tenantId, id, new Date(0))).filter((point) => point.isReconstructed);
    const [ofLost, ofKept] = [await past(lost), await past(kept)];
    expect(ofKept).toHaveLength(26);
    expect(ofLost.length).toBe(ofKept.filter(({ result }) => result.scoredAt < lostAt.toISOString()).length);
    for (const { result } of [...ofLost, ...ofKept]) expect(result.versions).toBe("own-1/prior-1");
    expect(ofLost.every(({ result }) => result.scoredAt < lostAt.toISOString())).toBe(true);
    // the points before the loss change nothing of how it was frozen
    expect((await stores.scores.latest(tenantId, lost))?.result).toEqual(frozen);
    const replay = await book.replay(kept, book.daysAgo(30));
    expect(replay).toMatchObject({ verdict: "not_comparable", versions: { scorecard: "own-1" } });
    expect(replay.recalculated.calculatedScore).toBe(replay.stored.calculatedScore);
  });
});
