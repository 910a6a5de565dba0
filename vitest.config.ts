import { defineConfig } from "vitest/config";

// Tests import the packages' sources through the "@oncekey/source" export condition, so no build is needed first.
const conditions = ["@oncekey/source", "node", "import", "module", "default"];
const shared = { resolve: { conditions }, ssr: { resolve: { conditions } } } as const;

export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: "unit",
          include: ["packages/{core,http,conformance}/**/*.test.ts", "tools/**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/dist/**", "**/*.service.test.ts"],
        },
      },
      {
        ...shared,
        test: {
          name: "services",
          include: ["packages/{stores,bindings}/**/*.test.ts", "apps/**/*.test.ts", "**/*.service.test.ts"],
          exclude: ["**/node_modules/**", "**/dist/**"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
