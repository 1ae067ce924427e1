import { SHAPES } from "./shapes.ts";
import { Tag, TEMPLATE_NUMBER, VERSION } from "./tags.ts";
import { WORDS } from "./words.ts";

const templates: readonly (readonly string[])[] = WORDS.map((word) => word.split(TEMPLATE_NUMBER));
const DECIMALS = 1e6;

/** @throws where it is cut off, or packed in a way or with words that this version does not know */
export function unpack(packed: Uint8Array): unknown {
  if (packed[0] !== VERSION) throw new Error(`packed as version ${packed[0]}, which is not known`);
  const reader = new Reader(packed);
  const value = reader.value();
  reader.atEnd();
  return value;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 1;
  constructor(packed: Uint8Array) {
    this.#bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  }

  atEnd(): void {
    if (this.#at !== this.#bytes.length) throw new Error("there is more than was packed, or less");
  }

  value(): unknown {
    const tag = this.#byte();
    if (tag >= Tag.small) return tag - Tag.small;
    switch (tag) {
      case Tag.null:
        return null;
      case Tag.false:
        return false;
      case Tag.true:
        return true;
      case Tag.integer:
        return this.#varint();
      case Tag.decimal:
        return this.#varint() / DECIMALS;
      case Tag.double:
        this.#at += 8;
        return this.#bytes.readDoubleLE(this.#at - 8);
      case Tag.array:
        return this.#array(this.#varint());
      case Tag.shape:
        return this.#object(known(SHAPES, this.#varint()));
      case Tag.object:
        return Object.fromEntries(Array.from({ length: this.#varint() }, () => [this.value(), this.value()]));
      default:
        return this.#text(tag);
    }
  }

  #text(tag: number): string {
    switch (tag) {
      case Tag.time:
        return new Date(this.#varint()).toISOString();
      case Tag.word:
        return known(WORDS, this.#varint());
      case Tag.template:
        return this.#told(known(templates, this.#varint()));
      case Tag.literal: {
        const bytes = this.#varint();
        this.#at += bytes;
        return this.#bytes.toString("utf8", this.#at - bytes, this.#at);
      }
      default:
        throw new Error(`tag ${tag} is not known`);
    }
  }

  #array(length: number): unknown[] {
    const items: unknown[] = [];
    for (let i = 0; i < length; i++) items.push(this.value());
    return items;
  }

  #object(keys: readonly string[]): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    for (const key of keys) value[key] = this.value();
    return value;
  }

  #told(parts: readonly string[]): string {
    let text = parts[0] ?? "";
    for (let i = 1; i < parts.length; i++) {
      const told = this.#varint();
      const decimals = told % 4;
      const number = Math.floor(told / 4);
      text += (decimals === 0 ? number : number / 10 ** decimals) + (parts[i] ?? "");
    }
    return text;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new Error("what was packed is cut off");
    return byte;
  }

  #varint(): number {
    let [number, place] = [0, 1];
    for (;;) {
      const byte = this.#byte();
      number += (byte & 127) * place;
      if (byte < 128) return number;
      place *= 128;
    }
  }
}

function known<T>(list: readonly T[], number: number): T {
  const found = list[number];
  if (found === undefined) throw new Error(`number ${number} is of a later version`);
  return found;
}
