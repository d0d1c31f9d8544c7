import { defineConfig } from "vitest/config";

/** The walk through the sandbox in Chromium; the sandbox brings its own database. */
export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    environment: "node",
    // A shared, busy machine may be slow once; a test that fails twice is wrong. At a desk nothing is tried again.
    retry: process.env.CI === undefined ? 0 : 1,
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
