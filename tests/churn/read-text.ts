import { readFile } from "node:fs/promises";
import { InputError } from "./input-error.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file.",
  EISDIR: "this is a folder, not a file.",
  EACCES: "this file may not be read.",
};

/** @throws {InputError} naming the file */
export async function readText(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  } catch (error) {
    throw new InputError(`${file}: ${reasonOf(error)}`, { cause: error });
  }
}

/** @throws {unknown} the error itself when it does not come from the file system */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error) || !("code" in error)) throw error;
  return REASONS[String(error.code)] ?? error.message;
}
