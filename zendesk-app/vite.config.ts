import { defineConfig } from "vite";

/** The page and its bundle go into the package's `assets/`; Zendesk serves them from a path it chooses. */
export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  publicDir: false,
  // Said outright: otherwise a build under another NODE_ENV, as in a test run, would not be the one that ships.
  oxc: { jsx: { runtime: "automatic", development: false } },
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
  build: {
    outDir: "dist/assets",
    assetsDir: ".",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    sourcemap: false,
  },
});
