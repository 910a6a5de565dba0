import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { foundOrInstalled } from "./debian-package.js";
import type { PostgresPrograms } from "./postgres-files.js";

/** Each major version has a folder here, named by its number. */
const VERSIONS = "/usr/lib/postgresql";

/**
 * The newest of Debian's PostgreSQL servers on this machine, which root installs where there is none.
 *
 * @throws Error that says what to install.
 */
export async function debianPostgres(): Promise<PostgresPrograms> {
  const remedy =
    `No PostgreSQL of Debian's below ${VERSIONS}. Install it (apt-get install postgresql), or test on any server by ` +
    "setting DATABASE_URL.";
  const bin = await foundOrInstalled(newest, "postgresql", remedy);
  return { bin, version: `debian-${bin.split("/").at(-2)}` };
}

function newest(): string | undefined {
  if (!existsSync(VERSIONS)) return undefined;
  const versions = readdirSync(VERSIONS).toSorted((a, b) => Number(b) - Number(a));
  const folders = versions.map((version) => join(VERSIONS, version, "bin"));
  return folders.find((folder) => existsSync(join(folder, "postgres")) && existsSync(join(folder, "initdb")));
}
