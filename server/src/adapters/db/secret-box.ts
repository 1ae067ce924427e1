import { createCipheriv, createDecipheriv, createHash } from "node:crypto";

const ALGORITHM = "aes-256-gcm";
const NONCE_BYTES = 12;
const FORMAT = "1";

export interface SecretBox {
  /** @param context what the text belongs to; it opens only with the same */
  seal(text: string, context: string): string;
  /** @returns `null` when it was changed, belongs elsewhere, or its key is no longer configured */
  open(sealed: string, context: string): string | null;
  /** Whether a key is configured. @param id the second part of a sealed text */
  hasKey(id: string): boolean;
  /** Of the key that seals. */
  readonly currentKeyId: string;
}

/**
 * Authenticated encryption (AES-256-GCM) with the key's id beside each text, so that keys can be rotated: the first
 * key seals, every key opens.
 * @param keys 32 bytes each, at least one
 * @param randomBytes a nonce must never repeat under one key
 */
export function createSecretBox(keys: readonly Buffer[], randomBytes: (size: number) => Buffer): SecretBox {
  const byId = new Map(keys.map((key) => [keyId(key), key]));
  const [current] = keys;
  if (current === undefined) throw new Error("a secret box needs a key");
  return {
    seal: (text, context) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, current, nonce).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      const parts = [nonce, cipher.getAuthTag(), body].map((part) => part.toString("base64url"));
      return [FORMAT, keyId(current), ...parts].join(".");
    },
    open: (sealed, context) => {
      const [format, id = "", nonce, tag, body] = sealed.split(".");
      const key = byId.get(id);
      if (format !== FORMAT || !key || nonce === undefined || tag === undefined || body === undefined)
        return null;
      return decrypt(key, { nonce, tag, body }, context);
    },
    hasKey: (id) => byId.has(id),
    currentKeyId: keyId(current),
  };
}

function decrypt(
  key: Buffer,
  { nonce, tag, body }: { nonce: string; tag: string; body: string },
  context: string,
): string | null {
  const tagBytes = Buffer.from(tag, "base64url");
  if (tagBytes.length !== 16) return null; // a shortened tag would be easier to forge
  try {
    const decipher = createDecipheriv(ALGORITHM, key, Buffer.from(nonce, "base64url"))
      .setAAD(Buffer.from(context))
      .setAuthTag(tagBytes);
    return Buffer.concat([decipher.update(Buffer.from(body, "base64url")), decipher.final()]).toString(
      "utf8",
    );
  } catch {
    return null; // not authentic: the caller's answer is the same as for an unknown key
  }
}

/** Names a key without giving anything of it away. */
const keyId = (key: Buffer): string =>
  createHash("sha256").update("bellwether key").update(key).digest("hex").slice(0, 8);
