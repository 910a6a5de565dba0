// src/http/versions.ts
import { existsSync, readFileSync } from "fs";
import { createRequire } from "module";
import { join } from "path";

var require2 = createRequire(import.meta.url);
function versionOf(name) {
  const folders = require2.resolve.paths(name) ?? [];
  const manifest = folders.map((folder) => join(folder, name, "package.json")).find((path) => existsSync(path));
  if (manifest === void 0) throw new Error(`${name} is not installed.`);
  const { version } = JSON.parse(readFileSync(manifest, "utf8"));
  return version;
}

export { versionOf };
