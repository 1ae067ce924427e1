import type { HealthResult, ScoreInputs } from "@bellwether/shared";
import { pack } from "./packed/pack.ts";

/**
 * What the rows of one statement keep packed, one behind the other in one parameter: in the rows' JSON each byte would
 * be two characters, written by one side and read by the other.
 */
export class PackedColumn {
  readonly #parts: Buffer[] = [];
  #end = 1; // SQL counts from 1

  /** @returns where it starts in the parameter, and its length */
  add(value: HealthResult | ScoreInputs): [start: number, length: number] {
    const part = pack(value);
    const start = this.#end;
    this.#parts.push(part);
    this.#end += part.length;
    return [start, part.length];
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
