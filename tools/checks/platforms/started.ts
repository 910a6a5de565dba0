import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Installation } from "../../lib/install.js";
import type { FetchedProgram, ProgramName } from "../../lib/runtimes.js";

const READY_WITHIN_MS = 30_000;

/** A runtime that serves. */
export interface Platform {
  /** With its version, for reports. */
  readonly name: string;
  /** The address of each server by what it serves. */
  readonly urls: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Where a runtime is. */
export type Program = (name: ProgramName) => FetchedProgram;

/** Bun, with its own server. */
export async function startBun({ folder }: Installation, program: Program, redisUrl: string): Promise<Platform> {
  const { path, version } = program("bun");
  const server = await started(path, ["tools/platforms/bun.js", redisUrl], folder, toldUrls);
  return { name: `Bun ${version}`, ...server };
}

/** Deno, with its own server. */
export async function startDeno({ folder }: Installation, program: Program, redisUrl: string): Promise<Platform> {
  const { path, version } = program("deno");
  const flags = ["run", "--allow-all", "--no-check", "--node-modules-dir=manual", "--quiet"];
  const server = await started(path, [...flags, "tools/platforms/deno.js", redisUrl], folder, toldUrls);
  return { name: `Deno ${version}`, ...server };
}

/** Bun and Deno tell their addresses in a line of JSON. */
function toldUrls(output: string): Platform["urls"] | undefined {
  const [line] = linesOf(output);
  return line === undefined ? undefined : JSON.parse(line);
}

/** The lines that are whole. */
export function linesOf(output: string): string[] {
  return output.split("\n").slice(0, -1);
}

/** Starts a program, and waits until its output tells where its servers listen. */
export async function started(
  path: string,
  args: readonly string[],
  cwd: string,
  urlsIn: (output: string) => Platform["urls"] | undefined,
): Promise<Omit<Platform, "name">> {
  const child = spawn(path, args, { cwd, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1" } });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const ended = once(child, "close").then(([code]) => {
    throw new Error(`it has ended with ${String(code)}`);
  });
  ended.catch(() => {});
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  const stop = async () => {
    process.off("exit", end);
    end();
    await ended.catch(() => {});
  };
  const signal = AbortSignal.timeout(READY_WITHIN_MS);
  try {
    for (;;) {
      const urls = urlsIn(output);
      if (urls !== undefined) return { urls, stop };
      await Promise.race([once(child.stdout, "data", { signal }), ended]);
    }
  } catch (cause) {
    await stop();
    throw new Error(`${path} ${args.join(" ")} does not serve:\n${output}${errors}`, { cause });
  }
}
