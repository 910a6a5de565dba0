// The tarballs, installed and used from ESM, CommonJS and TypeScript projects.   tsx tools/checks/consumers.ts
import { join } from "node:path";
import { run } from "../lib/command.js";
import { type Installation, installTarballs } from "../lib/install.js";
import { type Finding, report } from "../lib/report.js";
import { tarballs } from "../lib/tarballs.js";
import { publishedPackages, readManifest, repositoryRoot } from "../lib/workspace.js";

/** Every path that a user can import, such as `@oncekey/core`. */
const entryPoints = publishedPackages().flatMap(({ manifest: { name, exports = {} } }) =>
  Object.entries(exports)
    .filter(([, entry]) => typeof entry === "object")
    .map(([path]) => name + path.slice(1)),
);

const load = {
  esm: entryPoints.map((name) => `loaded[${JSON.stringify(name)}] = await import(${JSON.stringify(name)});`),
  cjs: entryPoints.map((name) => `loaded[${JSON.stringify(name)}] = require(${JSON.stringify(name)});`),
};
const printNames = `
for (const [name, module] of Object.entries(loaded)) {
  const names = Object.keys(module).filter((key) => key !== "default" && key !== "module.exports").sort();
  if (names.length === 0) throw new Error(name + " exports nothing");
  console.log(name, names.join(" "));
}`;

const useTypes = entryPoints
  .map(
    (name, index) =>
      `import * as m${index} from ${JSON.stringify(name)};\nexport const n${index}: typeof m${index} = m${index};`,
  )
  .join("\n");

const strictest = {
  target: "es2022",
  lib: ["es2023"],
  types: ["node"],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  // Our own declarations are what is being checked.
  skipLibCheck: false,
  noEmit: true,
};

function lay({ write }: Installation): void {
  write("esm/package.json", { type: "module" });
  write("esm/index.js", `const loaded = {};\n${load.esm.join("\n")}\n${printNames}`);
  write("cjs/package.json", { type: "commonjs" });
  write("cjs/index.js", `const loaded = {};\n${load.cjs.join("\n")}\n${printNames}`);
  write("ts-nodenext/index.mts", useTypes);
  write("ts-nodenext/index.cts", useTypes);
  write("ts-nodenext/tsconfig.json", { compilerOptions: { ...strictest, module: "nodenext" } });
  write("ts-bundler/index.ts", useTypes);
  write("ts-bundler/tsconfig.json", {
    compilerOptions: { ...strictest, module: "esnext", moduleResolution: "bundler" },
  });
}

/** What @types/koa builds on: the last one without types of its own, which differ from those that it expects. */
const CONTENT_DISPOSITION = "1.1.0";

async function checkConsumers(): Promise<Finding[]> {
  const types = readManifest(join(repositoryRoot, "node_modules/@types/node/package.json")).version ?? "*";
  const installation = await installTarballs(tarballs(), {
    "@types/node": types,
    "content-disposition": CONTENT_DISPOSITION,
  });
  try {
    lay(installation);
    const attempt = (project: string, command: string, ...args: string[]) =>
      run(command, args, { cwd: join(installation.folder, project) });
    const [esm, cjs, nodenext, bundler] = await Promise.all([
      attempt("esm", process.execPath, "index.js"),
      attempt("cjs", process.execPath, "index.js"),
      attempt("ts-nodenext", "tsc", "-p", "."),
      attempt("ts-bundler", "tsc", "-p", "."),
    ]);
    const bothRan = esm.exitCode === 0 && cjs.exitCode === 0;
    const same =
      esm.output === cjs.output || !bothRan ? [] : [`ESM exports\n${esm.output}\nCommonJS exports\n${cjs.output}`];
    return [
      ...Object.entries({ esm, cjs, "ts-nodenext": nodenext, "ts-bundler": bundler }).map(([subject, result]) => ({
        subject,
        problems: result.exitCode === 0 ? [] : [result.output],
      })),
      { subject: "esm and cjs export the same names", problems: same },
    ];
  } finally {
    installation.remove();
  }
}

report(await checkConsumers());
