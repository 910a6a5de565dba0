import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

// Tests import the packages' sources through the "@oncekey/source" export condition, so no build is needed first.
// No "import" here: Node would apply it to `require` too, and a CommonJS dependency would be handed an ES module. No
// "module" either: it names files for bundlers, which Node cannot load (the AWS SDK has such).
const conditions = ["@oncekey/source", "node"];
const shared = { resolve: { conditions }, ssr: { resolve: { conditions } } } as const;

// tools/run asks for the figures by naming a file.
const report = process.env["ONCEKEY_REPORT"];

/** Nest's packages find each other by name, so each older major has a folder of its own. The tests are the same. */
const olderNests = [10, 11].map((major) => {
  const folder = fileURLToPath(new URL(`packages/bindings/nestjs/majors/${major}/node_modules/`, import.meta.url));
  return {
    resolve: { conditions, alias: [{ find: /^@(?=(nestjs|fastify)\/)/, replacement: `${folder}@` }] },
    ssr: { resolve: { conditions } },
    test: {
      name: `nest ${major}`,
      include: ["packages/bindings/nestjs/**/*.test.ts"],
      exclude: ["**/node_modules/**", "**/*.newest.test.ts"],
      env: { NEST_MAJOR: String(major) },
      testTimeout: 60_000,
    },
  };
});

/** They prove the suite, not what it is run on. */
const plantedBugs = "packages/conformance/src/broken/**/*.test.ts";

/** Small files that take long. By their size, which is all that a fresh checkout knows of them, they would come last. */
const beginWith = [
  "packages/conformance/src/broken/",
  "packages/conformance/src/processes/race-processes.test.ts",
  "packages/client/test/crash-matrix.test.ts",
  "packages/core/model/model.test.ts",
].map((path) => fileURLToPath(new URL(path, import.meta.url)));

/** Otherwise one of them would run alone in the end, while the other cores have nothing to do. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => beginWith.some((path) => moduleId.startsWith(path));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    // Most tests wait for servers, so a machine of two cores takes two files at a time, not the one that is the default. A third
    // one saves a minute, and leaves servers and leases less time than tests of them are made for.
    maxWorkers: Math.max(2, availableParallelism()),
    sequence: { sequencer: LongFirst },
    // Of one file: what runs side by side there waits for answers, too.
    maxConcurrency: 12,
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
    projects: [
      {
        ...shared,
        test: {
          name: "unit",
          include: ["packages/{core,http,client,conformance}/**/*.test.ts", "tools/**/*.test.ts"],
          // A new store's suite fails until the store is written.
          exclude: [
            "**/node_modules/**",
            "**/dist/**",
            "**/*.service.test.ts",
            "tools/templates/store/**",
            plantedBugs,
          ],
          // A limit for what hangs, wide enough for a busy machine: no test asserts how long something took.
          testTimeout: 30_000,
        },
      },
      {
        ...shared,
        // Apart, so that the other versions of Node can leave them out.
        test: { name: "planted bugs", include: [plantedBugs], testTimeout: 30_000 },
      },
      {
        ...shared,
        test: {
          name: "services",
          include: ["packages/{stores,bindings}/**/*.test.ts", "apps/**/*.test.ts", "**/*.service.test.ts"],
          exclude: ["**/node_modules/**", "**/dist/**"],
          globalSetup: ["tools/services/vitest-setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      ...olderNests,
    ],
  },
});
