import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The wall clock of a process of its own. */
export interface WrongClock {
  /** For the environment of the process. */
  environment: Record<string, string>;
  /** Jumps to so much before (negative) or after the right time, within a tenth of a second. */
  set(offsetMs: number): Promise<void>;
}

/** @param folder to keep the offset in */
export async function wrongClock(folder: string, name: string, offsetMs: number): Promise<WrongClock> {
  const file = join(folder, name);
  const set = (ms: number): Promise<void> => writeFile(file, String(ms));
  await set(offsetMs);
  const preload = fileURLToPath(new URL("./clock-of-process.ts", import.meta.url));
  return { environment: { NODE_OPTIONS: `--import=${preload}`, CLOCK_OFFSET_FILE: file }, set };
}
