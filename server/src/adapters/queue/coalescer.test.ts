import { expect, it } from "vitest";
import { Coalescer } from "./coalescer.ts";

const tick = () => new Promise((resolve) => setTimeout(resolve, 2));

it("runs a key once at a time, and once more for all who asked meanwhile", async () => {
  const coalescer = new Coalescer();
  let running = 0;
  let most = 0;
  let runs = 0;
  const work = async () => {
    most = Math.max(most, ++running);
    runs++;
    await tick();
    running--;
  };
  await Promise.all([1, 2, 3, 4, 5].map(() => coalescer.run("a", work)));
  expect({ most, runs }).toEqual({ most: 1, runs: 2 });
  await coalescer.run("a", work);
  expect(runs).toBe(3);
});

it("runs a key so many times at once as it may, and once more for all who asked meanwhile", async () => {
  const coalescer = new Coalescer();
  const ends: (() => void)[] = [];
  const work = () => new Promise<void>((end) => void ends.push(end));
  const asked = [1, 2, 3, 4, 5].map(() => coalescer.run("a", work, 2));
  await tick();
  expect(ends).toHaveLength(2);
  ends[1]?.();
  await tick();
  expect(ends).toHaveLength(3); // one for the three that shared it, beside the one that still runs
  for (const end of ends) end();
  await Promise.all(asked);
  const again = coalescer.run("a", work, 2);
  await tick();
  expect(ends).toHaveLength(4);
  ends[3]?.();
  await again;
});

it("keeps keys apart", async () => {
  const coalescer = new Coalescer();
  const seen: string[] = [];
  await Promise.all(["a", "b"].map((key) => coalescer.run(key, async () => void seen.push(key))));
  expect(seen.toSorted()).toEqual(["a", "b"]);
});

it("tells only those who asked for it that a run failed, and runs again", async () => {
  const coalescer = new Coalescer();
  let attempt = 0;
  const work = async () => {
    await tick();
    if (++attempt === 1) throw new Error("first");
  };
  const outcomes = await Promise.allSettled([coalescer.run("a", work), coalescer.run("a", work)]);
  expect(outcomes.map((outcome) => outcome.status)).toEqual(["rejected", "fulfilled"]);
});
