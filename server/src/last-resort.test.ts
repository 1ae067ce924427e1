import { EventEmitter, once } from "node:events";
import { expect, it } from "vitest";
import { endOnUncaught } from "./last-resort.ts";

function processOf(stop: () => Promise<void>, deadlineMs?: number) {
  const logged: string[] = [];
  const write = (_: unknown, message: string): void => void logged.push(message);
  const emitter = new EventEmitter();
  const codes: number[] = [];
  const own = {
    on: (event: "uncaughtException", listener: (error: unknown, origin: string) => void) =>
      emitter.on(event, listener),
    exit: (code: number): void => {
      codes.push(code);
      emitter.emit("exit");
    },
  };
  endOnUncaught({ error: write, warn: write, info: write, debug: write }, stop, own, deadlineMs);
  const fail = (): void =>
    void emitter.emit("uncaughtException", new Error("nobody caught me"), "unhandledRejection");
  return { logged, codes, fail, ended: once(emitter, "exit") };
}

it("logs, stops in order and ends with 1", async () => {
  let stopped = 0;
  const { logged, codes, fail, ended } = processOf(async () => void stopped++);
  fail();
  fail();
  await ended;
  expect(codes).toEqual([1]);
  expect(stopped).toBe(1);
  expect(logged).toEqual(Array(2).fill("an error that nobody caught: ending, to be started again"));
});

it("ends with 1 when stopping fails, or does not end", async () => {
  const failing = processOf(() => Promise.reject(new Error("no")));
  failing.fail();
  await failing.ended;
  expect(failing.codes).toEqual([1]);
  expect(failing.logged.at(-1)).toBe("did not stop cleanly");
  const hanging = processOf(() => new Promise(() => undefined), 5);
  hanging.fail();
  await hanging.ended;
  expect(hanging.codes).toEqual([1]);
});
