import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const CACHE = fileURLToPath(new URL("../../node_modules/.cache/oncekey/", import.meta.url));
/** The package that carries the server; the server itself is version 1.25.1. */
const CARRIER = "amplify-dynamodb-simulator";
const VERSION = "2.9.30";
const SHA512 = "xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ==";

/** How to start a program: the program, and its arguments. */
export interface Command {
  readonly program: string;
  readonly arguments: readonly string[];
}

/**
 * AWS's DynamoDB Local on a port, fetched from npm where that has not been done: 57 MB.
 *
 * Its licence is for holders of an AWS account and forbids to pass it on. So it is part of nothing here: whoever sets
 * `ONCEKEY_DYNAMODB_LOCAL=1` fetches a copy of their own, and accepts the licence that lies beside it (LICENSE.txt).
 *
 * @throws Error that says what to install, or that what was fetched is not what was expected.
 */
export function dynamodbLocal(port: number): Command {
  if (spawnSync("java", ["-version"]).status !== 0) {
    throw new Error("AWS's DynamoDB Local needs Java 11 or later on the PATH: apt-get install default-jre-headless.");
  }
  const folder = fetched();
  const library = join(folder, "DynamoDBLocal_lib");
  const jar = join(folder, "DynamoDBLocal.jar");
  const server = ["-inMemory", "-sharedDb", "-disableTelemetry", "-port", String(port)];
  return { program: "java", arguments: ["-Xmx512m", `-Djava.library.path=${library}`, "-jar", jar, ...server] };
}

function fetched(): string {
  const folder = join(CACHE, `dynamodb-local-${VERSION}`);
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  const workshop = mkdtempSync(join(CACHE, "fetching-"));
  try {
    console.warn(`Fetching AWS's DynamoDB Local. Its licence, for holders of an AWS account: ${folder}/LICENSE.txt`);
    must("npm", ["pack", `${CARRIER}@${VERSION}`, "--silent", "--pack-destination", workshop]);
    const tarball = join(workshop, `${CARRIER}-${VERSION}.tgz`);
    const digest = createHash("sha512").update(readFileSync(tarball)).digest("base64");
    if (digest !== SHA512)
      throw new Error(`${CARRIER}@${VERSION} has the SHA-512 ${digest}, and ${SHA512} is expected.`);
    must("tar", ["-xzf", tarball, "-C", workshop, "package/emulator"]);
    renameSync(join(workshop, "package", "emulator"), folder);
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
  return folder;
}

function must(program: string, arguments_: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, arguments_, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${arguments_.join(" ")} failed:\n${error?.message ?? stderr}`);
}
