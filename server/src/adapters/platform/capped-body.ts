import { PlatformError } from "../../services/errors.ts";

/**
 * Reads an answer's body as UTF-8, but never more than `maxBytes` of it.
 * @throws {PlatformError} `rejected` when it is larger; the connection is dropped
 */
export async function readCapped(answer: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      throw new PlatformError("rejected", `an answer was larger than ${maxBytes} bytes`, {
        status: answer.status,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
