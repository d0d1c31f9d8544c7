import { defineConfig } from "vitest/config";

/** Tests that walk through the sandbox in Chromium. The sandbox starts its own database. */
export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    environment: "node",
    // A shared CI machine may be slow once, so a failed test gets a second attempt there. Local runs retry nothing.
    retry: process.env.CI === undefined ? 0 : 1,
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
