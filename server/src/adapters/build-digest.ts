import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** All that has a say in the text of a card, whoever forgets to raise a version. */
const FOLDERS = ["../../../shared/src", "../services"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

let known: Promise<string> | undefined;

/**
 * Another text for another state of the program, as far as cards are made by it; the same in all processes of one
 * state. Read once.
 */
export function buildDigest(): Promise<string> {
  known ??= digestOf(FOLDERS);
  return known;
}

async function digestOf(folders: readonly string[]): Promise<string> {
  const hash = createHash("sha256").update(process.version); // words for numbers and dates come from it
  for (const folder of folders) {
    const names = (await readdir(folder, { recursive: true })).filter(isSource).toSorted();
    for (const name of names) hash.update(`${name}\n`).update(await readFile(`${folder}/${name}`));
  }
  return hash.digest("base64url");
}

const isSource = (name: string): boolean => name.endsWith(".ts") && !name.endsWith(".test.ts");
