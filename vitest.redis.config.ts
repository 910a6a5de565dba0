import { defineConfig } from "vitest/config";

// What needs a Redis server, which not every machine has: run by `test:redis`, and not by `npm test`.
const conditions = ["@oncekey/source", "node", "module"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { include: ["{apps,packages,tools}/**/*.on-redis.ts"], testTimeout: 60_000, hookTimeout: 180_000 },
});
