/** Source: RFC 9562, section 5.7: 48 bits of Unix milliseconds, then version, variant and random bits. */
const VERSION = 0x70;
const VARIANT = 0x80;

/**
 * A UUID of version 7: ids made one after another stand together in an index.
 * @param random 10 bytes
 */
export function timeOrderedId(now: Date, random: Uint8Array): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(now.getTime(), 0, 6);
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = VERSION | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = VARIANT | ((bytes[8] ?? 0) & 0x3f);
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
