import { relative } from "node:path";
import { bundleAll } from "./bundle.ts";
import { entrypointsOf, PROJECT_DIR, readMetaFiles, SOURCE_DIR } from "./project.ts";

/** `npm run build:hubspot`: every entry file named in the project, into `hubspot-app/dist`. */
const bundles = await bundleAll(SOURCE_DIR, entrypointsOf(readMetaFiles()), `${PROJECT_DIR}dist`);
for (const { entrypoint, file, bytes } of bundles) {
  console.log(`${entrypoint} → ${relative(PROJECT_DIR, file)} (${Math.ceil(bytes / 1024)} KiB)`);
}
