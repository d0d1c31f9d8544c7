import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{src,db,sandbox,test,tools}/**/*.test.{ts,tsx}"],
    exclude: ["test/browser/**", "**/node_modules/**"],
    environment: "node",
    // A shared CI machine may be slow once, so a failed test gets a second attempt there. Local runs retry nothing.
    retry: process.env.CI === undefined ? 0 : 1,
    globalSetup: ["test/support/postgres-setup.ts"],
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
