import { readFileSync } from "node:fs";

/*
 * Loaded before the server: its wall clock is off by the milliseconds that a file says, and jumps when the file
 * changes. What counts time without a clock on the wall (timers, performance.now) goes on undisturbed.
 */

const LOOK_MS = 50;
const file = process.env["CLOCK_OFFSET_FILE"] ?? "";
const offset = (): number => Number(readFileSync(file, "utf8"));
const Right = Date;
let offsetMs = offset();
setInterval(() => {
  const read = offset();
  if (Number.isFinite(read)) offsetMs = read;
}, LOOK_MS).unref();

const now = (): number => Right.now() + offsetMs;
globalThis.Date = new Proxy(Right, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new Right(now()).toString(),
  get: (target, key, receiver) => (key === "now" ? now : Reflect.get(target, key, receiver)),
});
