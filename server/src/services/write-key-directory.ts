import type { Clock, WriteKey, WriteKeyStore } from "./ports.ts";

/** Says whose it is, to people and to scanners for leaked secrets. */
export const WRITE_KEY_PREFIX = "bwk_";
/** The prefix and 32 random bytes in base64url. */
const WRITE_KEY = /^bwk_[\w-]{43}$/;
const TTL_MS = 5_000;
const MAX_REMEMBERED = 10_000;

/**
 * Write keys as senders present them, remembered for 5 s: a burst of events must not become a burst of reads, and a
 * revoked key opens nothing after that. Unknown ones are asked for each time, so that nobody fills the memory.
 */
export class WriteKeyDirectory {
  readonly #deps: { writeKeys: WriteKeyStore; clock: Clock; sha256(text: string): string };
  readonly #known = new Map<string, { key: WriteKey; readAt: number }>();

  constructor(deps: { writeKeys: WriteKeyStore; clock: Clock; sha256(text: string): string }) {
    this.#deps = deps;
  }

  /** `null` = unknown or revoked. Found by its hash: how long the look-up takes tells nothing of the key. */
  async find(text: string): Promise<WriteKey | null> {
    if (!WRITE_KEY.test(text)) return null;
    const hash = this.#deps.sha256(text);
    const now = this.#deps.clock.now().getTime();
    const known = this.#known.get(hash);
    // from a time to come = the clock was set back meanwhile: nobody knows how old it is
    if (known !== undefined && now >= known.readAt && now - known.readAt < TTL_MS) return known.key;
    this.#known.delete(hash);
    const key = await this.#deps.writeKeys.findByHash(hash);
    if (key === null) return null;
    if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
    this.#known.set(hash, { key, readAt: now });
    return key;
  }

  forget(): void {
    this.#known.clear();
  }
}
