import { defineConfig } from "vitest/config";

const node = {
  environment: "node" as const,
  testTimeout: 30_000,
  hookTimeout: 60_000,
  setupFiles: ["tests/support/property-seed.ts"],
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...node,
          name: "unit",
          include: ["{shared,server,hubspot-app,zendesk-app,tests}/**/*.test.{ts,tsx}"],
          exclude: [
            "**/node_modules/**",
            "**/dist/**",
            "tests/{integration,contract,security,e2e,browser,faults}/**",
          ],
        },
      },
      {
        test: {
          ...node,
          name: "integration",
          include: ["tests/{integration,contract,security}/**/*.test.ts"],
          globalSetup: "tests/support/make-templates.ts",
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // most files start servers of their own; more at once only wait for each other
          maxWorkers: 2,
        },
      },
      {
        test: {
          ...node,
          name: "faults",
          include: ["tests/faults/**/*.test.ts"],
          globalSetup: "tests/support/make-templates.ts",
          testTimeout: 600_000,
          hookTimeout: 180_000,
          // each fault has the machine to itself: how soon work goes on is part of what is tried
          fileParallelism: false,
        },
      },
      {
        test: {
          ...node,
          name: "browser",
          include: ["tests/{browser,e2e}/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
