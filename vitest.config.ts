import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{src,db,sandbox,test}/**/*.test.{ts,tsx}"],
    exclude: ["test/browser/**", "**/node_modules/**"],
    environment: "node",
    globalSetup: ["test/support/postgres-setup.ts"],
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
