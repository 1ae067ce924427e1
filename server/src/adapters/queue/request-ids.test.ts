import fc from "fast-check";
import { expect, it } from "vitest";
import { RequestIds, withoutIds, withRequestIds } from "./request-ids.ts";

const id = fc.stringMatching(/^r_[\w-]{1,20}$/);
const payload = fc.dictionary(
  fc.string().filter((key) => key !== "requestIds" && key !== "__proto__"),
  fc.string(),
);

it("gives back the payload as it was, with the newest five ids", () => {
  fc.assert(
    fc.property(payload, fc.array(id), (given, ids) => {
      expect(withoutIds(withRequestIds(given, ids))).toEqual({
        payload: given,
        requestIds: ids.slice(0, 5),
      });
    }),
  );
});

it("takes anything but ids of ours for none", () => {
  for (const requestIds of ["r_x", null, [1, {}], ["x", "r_<a@b.example>"]])
    expect(withoutIds({ a: "1", requestIds })).toEqual({ payload: { a: "1" }, requestIds: [] });
});

it("hands the ids of a job out once, newest first, each once, and none of another job", () => {
  const ids = new RequestIds();
  ids.add("a", ["r_1", "r_2"]);
  ids.add("b", ["r_9"]);
  ids.add("a", ["r_3", "r_1"]);
  expect(ids.take("a")).toEqual(["r_3", "r_1", "r_2"]);
  expect(ids.take("a")).toEqual([]);
  expect(ids.take("b")).toEqual(["r_9"]);
});
