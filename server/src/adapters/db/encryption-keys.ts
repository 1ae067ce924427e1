import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../services/errors.ts";

const FILE = "encryption.key";
const KEY_BYTES = 32;

/** Keys from the configuration; without any (embedded database only) one that is made once and kept beside the data. */
export async function encryptionKeys(
  configured: readonly string[] | null,
  dataDir: string,
): Promise<Buffer[]> {
  if (configured !== null) return configured.map((key) => Buffer.from(key, "base64"));
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, FILE);
  const known = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (known !== null) return [checked(Buffer.from(known, "base64"), path)];
  const made = randomBytes(KEY_BYTES);
  await writeFile(path, made.toString("base64"), { mode: 0o600, flag: "wx" });
  return [made];
}

function checked(key: Buffer, path: string): Buffer {
  if (key.length === KEY_BYTES) return key;
  throw new AppError(
    "config_invalid",
    `${path} does not hold a key of ${KEY_BYTES} bytes; restore it, or tokens cannot be read`,
  );
}
