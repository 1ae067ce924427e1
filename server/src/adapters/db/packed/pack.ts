import { isoMs } from "./iso-time.ts";
import { SHAPES } from "./shapes.ts";
import { Tag, TEMPLATE_NUMBER, VERSION } from "./tags.ts";
import { WORDS } from "./words.ts";

const wordNumbers: ReadonlyMap<string, number> = new Map(WORDS.map((word, number) => [word, number]));

const shapes = SHAPES.map((keys, number) => [number, keys] as const);
/** By their first key: an object's own is found by comparing keys, without making a text of them. */
const shapesByKey: ReadonlyMap<string, typeof shapes> = Map.groupBy(shapes, ([, keys]) => keys[0] ?? "");

let buffer = Buffer.alloc(16_384);
let end = 0;

/**
 * Plain JSON in a tenth of its bytes: objects as the number of their shape, texts as the number of a word, or of a
 * template with the numbers in it, times as milliseconds; what is not known stands as it is. `undefined` is left out,
 * as in JSON. Comes back from `unpack` to the last bit and in the same order.
 */
export function pack(value: unknown): Buffer {
  end = 0;
  reserve(1);
  buffer[end++] = VERSION;
  put(value);
  return Buffer.from(buffer.subarray(0, end));
}

function reserve(bytes: number): void {
  if (end + bytes <= buffer.length) return;
  const larger = Buffer.alloc(Math.max(buffer.length * 2, end + bytes));
  buffer.copy(larger, 0, 0, end);
  buffer = larger;
}

function tag(of: number): void {
  reserve(16);
  buffer[end++] = of;
}

/** Seven bits a byte, the lowest first. @param number a whole one, not negative and safe */
function varint(number: number): void {
  reserve(16);
  let rest = number;
  while (rest > 127) {
    buffer[end++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  buffer[end++] = rest;
}

function put(value: unknown): void {
  if (value === null || value === undefined) tag(Tag.null);
  else if (typeof value === "string") putText(value);
  else if (typeof value === "number") putNumber(value);
  else if (typeof value === "boolean") tag(value ? Tag.true : Tag.false);
  else if (Array.isArray(value)) {
    putWith(Tag.array, value.length);
    for (const item of value) put(item);
  } else putObject(value as Record<string, unknown>);
}

/** Points and shares mostly have few decimals. */
const DECIMALS = 1e6;
const MOST_DECIMAL = 1e9;

function putNumber(value: number): void {
  if (!Number.isFinite(value)) {
    tag(Tag.null); // as in JSON
    return;
  }
  if (Number.isSafeInteger(value) && value >= 0) {
    if (value < Tag.smallest) tag(Tag.small + value);
    else putWith(Tag.integer, value);
    return;
  }
  const shifted = Math.round(value * DECIMALS);
  if (value > 0 && value < MOST_DECIMAL && shifted / DECIMALS === value) {
    putWith(Tag.decimal, shifted);
    return;
  }
  tag(Tag.double);
  end = buffer.writeDoubleLE(value === 0 ? 0 : value, end); // JSON has no negative zero
}

/** Rounds of scoring tell the same things of many accounts; taking a text apart costs ten times as much as finding it. */
const MOST_REMEMBERED = 20_000;
const remembered = new Map<string, Uint8Array>();

function putText(text: string): void {
  const known = remembered.get(text);
  if (known !== undefined) {
    reserve(known.length);
    for (let i = 0; i < known.length; i++) buffer[end++] = known[i] ?? 0;
    return;
  }
  const start = end;
  const word = wordNumbers.get(text);
  if (word !== undefined) putWith(Tag.word, word);
  else if (putTime(text))
    return; // hardly one comes twice
  else if (!putTemplate(text)) putLiteral(text);
  if (text.length > LONGEST_TEMPLATE) return;
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(text, Uint8Array.prototype.slice.call(buffer, start, end));
}

function putWith(as: number, number: number): void {
  tag(as);
  varint(number);
}

function putTime(text: string): boolean {
  const ms = isoMs(text);
  if (ms === null) return false;
  tag(Tag.time);
  varint(ms);
  return true;
}

const LONGEST_TEMPLATE = 200;
const NUMBERS = /\d+(?:\.\d+)?/g;

function putTemplate(text: string): boolean {
  if (text.length > LONGEST_TEMPLATE || text.includes(TEMPLATE_NUMBER)) return false;
  const numbers: number[] = [];
  const template = text.replace(NUMBERS, (digits) => {
    const number = Number(digits);
    // one that is not told like this (007, 1.50) stays in the template, which then hardly is a known one
    if (String(number) !== digits || number > MOST_TOLD || decimalsOf(digits) > MOST_DECIMALS) return digits;
    numbers.push(number);
    return TEMPLATE_NUMBER;
  });
  const word = numbers.length === 0 ? undefined : wordNumbers.get(template);
  if (word === undefined) return false;
  putWith(Tag.template, word);
  for (const number of numbers) putTold(number);
  return true;
}

const MOST_DECIMALS = 3;
const MOST_TOLD = 1e11;
const decimalsOf = (digits: string): number => {
  const point = digits.indexOf(".");
  return point === -1 ? 0 : digits.length - point - 1;
};

/** The decimals that it is told with in the last two bits. */
function putTold(number: number): void {
  const decimals = decimalsOf(String(number));
  varint(Math.round(number * 10 ** decimals) * 4 + decimals);
}

function putLiteral(text: string): void {
  const bytes = Buffer.byteLength(text);
  tag(Tag.literal);
  varint(bytes);
  reserve(bytes);
  end += buffer.write(text, end, "utf8");
}

function putObject(value: Record<string, unknown>): void {
  const shape = shapeOf(value);
  if (shape === null) {
    putUnknown(value);
    return;
  }
  putWith(Tag.shape, shape[0]);
  for (const key of shape[1]) put(value[key]);
}

function shapeOf(value: Record<string, unknown>): (typeof shapes)[number] | null {
  for (const first in value) {
    for (const shape of shapesByKey.get(first) ?? []) if (isOf(shape[1], value)) return shape;
    return null;
  }
  return null;
}

function isOf(keys: readonly string[], value: Record<string, unknown>): boolean {
  let at = 0;
  for (const key in value) if (keys[at++] !== key || value[key] === undefined) return false;
  return at === keys.length;
}

function putUnknown(value: Record<string, unknown>): void {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  tag(Tag.object);
  varint(entries.length);
  for (const [key, item] of entries) {
    putText(key);
    put(item);
  }
}
