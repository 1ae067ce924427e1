import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The page and its bundle go into the package's `assets/`; Zendesk serves them from a path it chooses. */
export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  publicDir: false,
  plugins: [react()],
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
