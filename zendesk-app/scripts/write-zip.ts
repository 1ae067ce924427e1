import { type Zippable, zipSync } from "fflate";

/** The earliest time a zip can say; local, because a zip's times have no zone. */
const ZIP_EPOCH = new Date(1980, 0, 1);
/** Plain file, readable by all; in the upper half of a zip's attributes when written on Unix. */
const MODE = 0o100644 << 16;
const UNIX = 3;

/** The same files give the same bytes, whenever and in whatever order they were made. */
export function writeZip(files: ReadonlyMap<string, { bytes: Buffer }>): Buffer {
  const content: Zippable = {};
  for (const path of [...files.keys()].sort()) {
    const bytes = files.get(path)?.bytes;
    if (bytes) content[path] = [bytes, { mtime: ZIP_EPOCH, attrs: MODE, os: UNIX, level: 9 }];
  }
  return Buffer.from(zipSync(content));
}
