import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { readZip } from "./read-zip.ts";

export interface PackageFile {
  bytes: Buffer;
  isSymlink: boolean;
}
/** By path inside the package, with `/` between folders. */
export type PackageFiles = ReadonlyMap<string, PackageFile>;

/** Reads an unpacked package. @param except paths that lie in the folder but are not of the package */
export async function readFolder(folder: string, except: readonly string[] = []): Promise<PackageFiles> {
  const files = new Map<string, PackageFile>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const full = join(entry.parentPath, entry.name);
    const path = relative(folder, full).split(sep).join("/");
    if (entry.isDirectory() || except.includes(path)) continue;
    const isSymlink = (await lstat(full)).isSymbolicLink();
    const bytes = isSymlink ? Buffer.from(await readlink(full)) : await readFile(full);
    files.set(path, { bytes, isSymlink });
  }
  return files;
}

/** Reads a packed package. @throws {Error} when the bytes are no readable zip */
export function readPackage(zip: Buffer): PackageFiles {
  const files = new Map<string, PackageFile>();
  for (const { path, bytes, isSymlink } of readZip(zip)) {
    if (!path.endsWith("/")) files.set(path, { bytes, isSymlink });
  }
  return files;
}
