// Every binding's own suite and type tests against its tarball, on each major of its framework.   tsx tools/checks/bindings.ts
//
// The tests of packages/bindings are laid into installations of the tarballs; the suites run over a store in memory, and
// again over Redis.
import { join } from "node:path";
import { startPostgres, startRedis } from "@oncekey/services";
import { run } from "../lib/command.js";
import type { Installation } from "../lib/install.js";
import { type Finding, report } from "../lib/report.js";
import { readManifest } from "../lib/workspace.js";
import { installPlace, type Place, places, typeTestOf } from "./bindings/places.js";
import { runSuites } from "./bindings/suites.js";

async function checkBindings(): Promise<Finding[]> {
  const [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
  const servers = { redisUrl: redis.url, databaseUrl: postgres.url };
  const installations: Installation[] = [];
  const inPlace = async (place: Place) => {
    const installation = await installPlace(place);
    installations.push(installation);
    return [
      await typesIn(installation, place),
      ...(await runSuites(installation, place, "memory", servers)),
      ...(await runSuites(installation, place, "Redis", servers)),
    ];
  };
  try {
    return (await Promise.all(places.map(inPlace))).flat();
  } finally {
    for (const installation of installations) installation.remove();
    await Promise.all([redis.stop(), postgres.stop()]);
  }
}

/** What the bindings add to their frameworks' types, from what was installed. */
async function typesIn({ folder, write }: Installation, { title, bindings }: Place): Promise<Finding> {
  const files = bindings.flatMap(({ folder: binding }) => typeTestOf(binding) ?? []);
  const compilerOptions = {
    target: "es2022",
    lib: ["es2023"],
    module: "nodenext",
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    experimentalDecorators: true,
    skipLibCheck: true,
    noEmit: true,
  };
  write("package.json", { ...readManifest(join(folder, "package.json")), type: "module" });
  // Whoever turns the tests into JavaScript looks for a tsconfig.json that has them.
  write("tsconfig.json", { compilerOptions, include: ["packages"] });
  write("tsconfig.types.json", { compilerOptions, files });
  const { exitCode, output } = await run("tsc", ["-p", "tsconfig.types.json"], { cwd: folder });
  return { subject: `types of ${title} (${files.length} files)`, problems: exitCode === 0 ? [] : [output] };
}

report(await checkBindings());
