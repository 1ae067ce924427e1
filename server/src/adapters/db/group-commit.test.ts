import { expect, it } from "vitest";
import { AppError } from "../../services/errors.ts";
import { GroupCommit } from "./group-commit.ts";

const make = (commit: (items: readonly number[]) => Promise<number[]>, maxItems = 100, maxWaiting = 1000) =>
  new GroupCommit<number, number>({ commit, lanes: 1, maxItems, maxWaiting });

const recording = (fail: (items: readonly number[]) => Error | null = () => null) => {
  const groups: number[][] = [];
  const commit = async (items: readonly number[]) => {
    groups.push([...items]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const error = fail(items);
    if (error) throw error;
    return items.map((item) => item * 10);
  };
  return { groups, commit };
};

it("lets calls that arrive during a commit share the next one, each with its own results", async () => {
  const { groups, commit } = recording();
  const group = make(commit);
  const results = await Promise.all([group.add([1, 2]), group.add([3]), group.add([]), group.add([4, 5])]);
  expect(results).toEqual([[10, 20], [30], [], [40, 50]]);
  expect(groups).toEqual([
    [1, 2],
    [3, 4, 5],
  ]);
});

it("never splits a call, and starts another commit when the next call would not fit", async () => {
  const { groups, commit } = recording();
  const group = make(commit, 3);
  await Promise.all([group.add([1]), group.add([2, 3]), group.add([4, 5]), group.add([6, 7, 8, 9])]);
  expect(groups).toEqual([[1], [2, 3], [4, 5], [6, 7, 8, 9]]);
});

it("fails only the call that brought what cannot be stored", async () => {
  const { commit } = recording((items) => (items.includes(13) ? new Error("poison") : null));
  const group = make(commit);
  const calls = [group.add([1]), group.add([2]), group.add([13]), group.add([3])];
  const outcomes = await Promise.allSettled(calls);
  expect(outcomes.map((outcome) => outcome.status)).toEqual([
    "fulfilled",
    "fulfilled",
    "rejected",
    "fulfilled",
  ]);
});

it("does not try a group again call by call when the database is away", async () => {
  const { groups, commit } = recording(() => new AppError("unavailable", "away"));
  const group = make(commit);
  const outcomes = await Promise.allSettled([group.add([1]), group.add([2]), group.add([3])]);
  expect(outcomes.every((outcome) => outcome.status === "rejected")).toBe(true);
  expect(groups).toEqual([[1], [2, 3]]);
});

it("refuses calls beyond what may wait, and takes new ones when there is room again", async () => {
  const { commit } = recording();
  const group = make(commit, 100, 3);
  const first = group.add([1]);
  const second = group.add([2, 3, 4]);
  await expect(group.add([5])).rejects.toMatchObject({ code: "unavailable" });
  await Promise.all([first, second]);
  expect(await group.add([6])).toEqual([60]);
});

it("takes items by their weight where they have one", async () => {
  const { groups, commit } = recording();
  const options = { commit, lanes: 1, maxItems: 10, maxWaiting: 21 };
  const group = new GroupCommit<number, number>({ ...options, weightOf: (item) => item });
  const calls = [group.add([1]), group.add([6]), group.add([4]), group.add([11])];
  await expect(group.add([1])).rejects.toMatchObject({ code: "unavailable" });
  await Promise.all(calls);
  expect(groups).toEqual([[1], [6, 4], [11]]);
});

it("gathers the calls of one turn of the event loop, where it is asked to", async () => {
  const { groups, commit } = recording();
  const options = { commit, gathers: true, maxItems: 3, maxWaiting: 100 };
  const group = new GroupCommit<number, number>({ ...options, lanes: 2 });
  const calls = [group.add([1]), group.add([2]), group.add([3])];
  await new Promise((resolve) => setImmediate(resolve));
  expect(groups).toEqual([[1, 2, 3]]);
  calls.push(...[4, 5, 6, 7].map((item) => group.add([item])));
  expect(await Promise.all(calls)).toEqual([10, 20, 30, 40, 50, 60, 70].map((result) => [result]));
  expect(groups).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
});
