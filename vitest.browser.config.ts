import { defineConfig } from "vitest/config";

/** The walk through the sandbox in Chromium; the sandbox brings its own database. */
export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    environment: "node",
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
