import { crc32, inflateRawSync } from "node:zlib";

export interface ZipEntry {
  path: string;
  bytes: Buffer;
  isSymlink: boolean;
}

/** Signatures and offsets. Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16. */
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_LENGTH = 22;
const S_IFMT = 0o170000;
const S_IFLNK = 0o120000;
/** An app's package is far smaller; more is a bomb or a mistake. */
const MAX_ENTRY_BYTES = 64 * 1024 * 1024;

/**
 * Reads a zip through its central directory, as Zendesk does. Stored and deflated entries; no encryption, no ZIP64.
 * @throws {Error} naming what is wrong with it
 */
export function readZip(zip: Buffer): ZipEntry[] {
  const end = findEnd(zip);
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  const entries: ZipEntry[] = [];
  for (let i = 0; i < count; i++) {
    if (at + 46 > zip.length || zip.readUInt32LE(at) !== CENTRAL)
      throw new Error("the zip's directory is broken");
    const lengths = [
      zip.readUInt16LE(at + 28),
      zip.readUInt16LE(at + 30),
      zip.readUInt16LE(at + 32),
    ] as const;
    const path = zip.toString("utf8", at + 46, at + 46 + lengths[0]);
    const mode = zip.readUInt32LE(at + 38) >>> 16;
    entries.push({ path, bytes: content(zip, at, path), isSymlink: (mode & S_IFMT) === S_IFLNK });
    at += 46 + lengths[0] + lengths[1] + lengths[2];
  }
  return entries;
}

function findEnd(zip: Buffer): number {
  for (let at = zip.length - END_LENGTH; at >= 0; at--) {
    if (zip.readUInt32LE(at) === END && at + END_LENGTH + zip.readUInt16LE(at + 20) === zip.length) return at;
  }
  throw new Error("this is not a zip");
}

function content(zip: Buffer, at: number, path: string): Buffer {
  const method = zip.readUInt16LE(at + 10);
  const packed = zip.readUInt32LE(at + 20);
  const local = zip.readUInt32LE(at + 42);
  if (zip.readUInt16LE(at + 8) & 1) throw new Error(`${path} is encrypted`);
  if (local + 30 > zip.length || zip.readUInt32LE(local) !== LOCAL)
    throw new Error(`${path} is not where it should be`);
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const raw = zip.subarray(start, start + packed);
  if (method !== 0 && method !== 8) throw new Error(`${path} is compressed by an unknown method`);
  const bytes = method === 0 ? raw : inflateRawSync(raw, { maxOutputLength: MAX_ENTRY_BYTES });
  if (crc32(bytes) !== zip.readUInt32LE(at + 16)) throw new Error(`${path} is damaged`);
  return bytes;
}
