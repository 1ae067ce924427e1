import { enableCompileCache, flushCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

// What Node makes of our sources and their packages (types stripped, code compiled) is kept for the next start, which
// halves the loading. It takes effect for what is imported after it, hence the import below. It decides nothing: where
// the folder cannot be written Node goes on without, and NODE_COMPILE_CACHE names another one.
enableCompileCache(fileURLToPath(new URL("../../node_modules/.cache/bellwether/compiled", import.meta.url)));
const { serve } = await import("./serve.ts");
await serve(process.argv[2]);
// a process that is killed would leave nothing behind
flushCompileCache();
