import { readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";

export interface User {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user that a server process runs as: undefined means "whoever runs this".
 *
 * Postgres refuses to run as root, so root borrows an account that has no rights of its own.
 */
export function ordinaryUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  for (const name of ["postgres", "nobody"]) {
    const account = accounts.find((fields) => fields[0] === name);
    if (account !== undefined) return { uid: Number(account[2]), gid: Number(account[3]) };
  }
  throw new Error(
    "Postgres does not run as root, and this machine has neither a 'postgres' nor a 'nobody' account to run it as. " +
      "Add one, run as another user, or set DATABASE_URL to a server that already runs.",
  );
}

/** A folder for temporary files that the given user can reach: one below a folder of mode 0700 would not do. */
export function temporaryRoot(user: User | undefined): string {
  const candidates = [tmpdir(), "/tmp", "/var/tmp"];
  const found = user === undefined ? candidates[0] : candidates.find(everyoneMayPass);
  if (found === undefined) throw new Error(`No folder for temporary files can be reached by uid ${user?.uid}.`);
  return found;
}

function everyoneMayPass(folder: string): boolean {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats === undefined || (stats.mode & 0o001) === 0) return false;
  const parent = dirname(folder);
  return parent === folder || everyoneMayPass(parent);
}
