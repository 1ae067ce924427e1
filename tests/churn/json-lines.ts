import { InputError } from "./input-error.ts";

/** A JSON text with the line on which every value begins, so that a wrong one can be pointed at. */
export interface LocatedJson {
  value: unknown;
  /** @param path keys and indices from the top; 1-based; that of the nearest enclosing value when there is none */
  lineOf(path: readonly (string | number)[]): number;
}

const SPACE = /[ \t\r\n]*/y;
const SCALAR =
  /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy;

/** @throws {InputError} naming file and line of the first thing that is no JSON */
export function parseLocatedJson(text: string, file: string): LocatedJson {
  const reader = new Reader(text, file);
  const value = reader.document();
  return {
    value,
    lineOf: (path) => {
      for (let length = path.length; length >= 0; length--) {
        const at = reader.starts.get(JSON.stringify(path.slice(0, length)));
        if (at !== undefined) return lineAt(text, at);
      }
      return 1;
    },
  };
}

const lineAt = (text: string, at: number): number => text.slice(0, at).split("\n").length;

class Reader {
  readonly starts = new Map<string, number>();
  readonly #text: string;
  readonly #file: string;
  #at = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  document(): unknown {
    const value = this.#value([]);
    this.#space();
    if (this.#at < this.#text.length) this.#refuse("nothing more");
    return value;
  }

  #value(path: (string | number)[]): unknown {
    this.#space();
    this.starts.set(JSON.stringify(path), this.#at);
    if (this.#takes("[")) return this.#list(path);
    if (this.#takes("{")) return this.#object(path);
    return this.#scalar("a value");
  }

  #list(path: (string | number)[]): unknown[] {
    const items: unknown[] = [];
    if (this.#takes("]")) return items;
    do items.push(this.#value([...path, items.length]));
    while (this.#takes(","));
    if (!this.#takes("]")) this.#refuse("a comma or ]");
    return items;
  }

  #object(path: (string | number)[]): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    if (this.#takes("}")) return {};
    do {
      this.#space();
      if (this.#text[this.#at] !== '"') this.#refuse("a name in double quotes");
      const name = String(this.#scalar("a name in double quotes"));
      if (!this.#takes(":")) this.#refuse("a colon");
      entries.push([name, this.#value([...path, name])]);
    } while (this.#takes(","));
    if (!this.#takes("}")) this.#refuse("a comma or }");
    return Object.fromEntries(entries);
  }

  #scalar(expected: string): unknown {
    SCALAR.lastIndex = this.#at;
    const [token] = SCALAR.exec(this.#text) ?? [];
    if (token === undefined) return this.#refuse(expected);
    this.#at += token.length;
    return JSON.parse(token);
  }

  #takes(sign: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== sign) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    SPACE.lastIndex = this.#at;
    this.#at += SPACE.exec(this.#text)?.[0].length ?? 0;
  }

  #refuse(expected: string): never {
    const found = this.#text[this.#at];
    const what = found === undefined ? "the file ends" : `there is ${JSON.stringify(found)}`;
    throw InputError.at(
      this.#file,
      lineAt(this.#text, this.#at),
      `this is no JSON: ${what} where ${expected} should be.`,
    );
  }
}
