import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, dynamodbLocal } from "./dynamodb-local.js";
import { freePort } from "./free-port.js";
import { Reaper } from "./reaper.js";

const ENDPOINT_VARIABLE = "ONCEKEY_TEST_DYNAMODB_ENDPOINT";
const READY_WITHIN_MS = 30_000;

export interface DynamoDBServer {
  /** For example `http://127.0.0.1:8000`. It takes any region and any credentials. */
  readonly endpoint: string;
  /** Ends it; its tables are gone. Harmless the second time. */
  stop(): Promise<void>;
}

/**
 * Starts a DynamoDB on a free port of 127.0.0.1, with its tables in memory: dynalite, which needs nothing installed, or
 * AWS's own DynamoDB Local where `ONCEKEY_DYNAMODB_LOCAL=1` (it needs Java, and is fetched then).
 *
 * Resolves when it answers. It does not outlive this process, even if this process is killed.
 *
 * @throws Error with the server's log if it does not come up.
 */
export async function startDynamoDB(local = process.env["ONCEKEY_DYNAMODB_LOCAL"] === "1"): Promise<DynamoDBServer> {
  const port = await freePort();
  const { program, arguments: arguments_ } = local ? dynamodbLocal(port) : dynalite(port);
  // DynamoDB Local leaves a file where it was started.
  const cwd = await mkdtemp(join(tmpdir(), "oncekey-dynamodb-"));
  const reaper = new Reaper(cwd);
  // A group of its own, so that a Ctrl-C meant for the tests does not take the server away under them.
  const server = spawn(program, arguments_, { cwd, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const log: string[] = [];
  server.on("error", (error) => log.push(String(error)));
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (chunk: Buffer) => log.push(chunk.toString()));
  reaper.watch(server.pid ?? 0);
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = async () => {
    await end(server);
    reaper.watch(0);
    await reaper.sweep();
  };
  try {
    await untilItAnswers(endpoint, server, log);
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, stop };
}

/**
 * The server that the test run started, or the one named by `DYNAMODB_ENDPOINT`.
 *
 * @throws Error if the tests were not started through the vitest project "services".
 */
export function testDynamoDBEndpoint(): string {
  const endpoint = process.env[ENDPOINT_VARIABLE];
  if (endpoint !== undefined) return endpoint;
  throw new Error(
    "No DynamoDB was started for this test. Its file has to belong to the vitest project 'services': see vitest.config.ts.",
  );
}

/** Starts one for all tests of this run, or takes the one named by `DYNAMODB_ENDPOINT`; answers how to stop it. */
export async function provideDynamoDB(): Promise<() => Promise<void>> {
  const given = process.env["DYNAMODB_ENDPOINT"];
  if (given !== undefined && given !== "") {
    await answers(given).catch((cause: unknown) => {
      throw new Error(
        "The endpoint named by DYNAMODB_ENDPOINT does not answer. Start it, or unset the variable: the tests then start " +
          "their own.",
        { cause },
      );
    });
    process.env[ENDPOINT_VARIABLE] = given;
    return async () => {};
  }
  const server = await startDynamoDB();
  process.env[ENDPOINT_VARIABLE] = server.endpoint;
  return () => server.stop();
}

function dynalite(port: number): Command {
  const script = fileURLToPath(new URL("./dynalite-process.mjs", import.meta.url));
  return { program: process.execPath, arguments: [script, String(port)] };
}

async function untilItAnswers(endpoint: string, server: ChildProcess, log: readonly string[]): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    if (server.pid === undefined || hasExited(server)) {
      throw new Error(`DynamoDB ended before it was ready. Its log:\n${log.join("")}`);
    }
    try {
      return await answers(endpoint);
    } catch (cause) {
      if (Date.now() > deadline) {
        throw new Error(`DynamoDB was not ready within ${READY_WITHIN_MS} ms. Its log:\n${log.join("")}`, { cause });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

/** Any answer will do: a request without a signature is refused by a server that is up. */
async function answers(endpoint: string): Promise<void> {
  await (await fetch(endpoint)).text();
}

async function end(server: ChildProcess): Promise<void> {
  if (server.pid === undefined || hasExited(server)) return;
  const gone = once(server, "exit");
  server.kill("SIGKILL"); // there is nothing to keep
  await gone;
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
