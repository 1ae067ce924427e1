/** `npm run rotate-keys`: seals all tokens with the first key of ENCRYPTION_KEY; see docs/operations.md. */
import { randomBytes } from "node:crypto";
import { encryptionKeys } from "../src/adapters/db/encryption-keys.ts";
import { resealSecrets } from "../src/adapters/db/reseal.ts";
import { createSecretBox } from "../src/adapters/db/secret-box.ts";
import { readConfig } from "../src/config.ts";
import { AppError } from "../src/services/errors.ts";
import { complain, openExisting } from "./command-line.ts";

/** 0 = everything is sealed with the first key, 1 = something is not. */
async function main(): Promise<number> {
  const config = readConfig(process.env);
  if (config.ENCRYPTION_KEY === undefined)
    throw new AppError(
      "config_invalid",
      "ENCRYPTION_KEY is not set, so there is no new key to seal with. Set it to the new key, a comma, and the old " +
        "one (without ENCRYPTION_KEY it stands in the file encryption.key in DATA_DIR).",
    );
  const box = createSecretBox(await encryptionKeys(config.ENCRYPTION_KEY, config.DATA_DIR), randomBytes);
  const database = await openExisting(config, "bellwether-rotate-keys").catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== "conflict") throw error;
    throw new AppError("conflict", `${error.message}. Stop it, run this again, and start it.`, {
      cause: error,
    });
  });
  try {
    const { resealed, unreadable } = await resealSecrets(database, box);
    process.stdout.write(
      `The tokens of ${resealed} connections were sealed with the first key; the others were already.\n`,
    );
    if (unreadable.length === 0) {
      process.stdout.write("ENCRYPTION_KEY may now be shortened to its first key, on every server.\n");
      return 0;
    }
    process.stderr.write(
      `No configured key opens the tokens of these connections: ${unreadable.join(", ")}. Add the key they were ` +
        "sealed with to ENCRYPTION_KEY and run this again, or connect them anew.\n",
    );
    return 1;
  } finally {
    await database.close();
  }
}

process.exitCode = await main().catch(complain);
