import { spawn } from "node:child_process";
import { once } from "node:events";
import { build } from "esbuild";
import type { Installation } from "../../lib/install.js";
import type { FetchedProgram, ProgramName } from "../../lib/runtimes.js";

const READY_WITHIN_MS = 30_000;
/** From when on Workers behave as they do here, whatever version runs them. */
const COMPATIBILITY_DATE = "2026-08-04";

/** A runtime that serves. */
export interface Platform {
  /** With its version, for reports. */
  readonly name: string;
  /** The address of each server by what it serves. */
  readonly urls: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

type Program = (name: ProgramName) => FetchedProgram;

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

/** workerd, which is what runs Workers at Cloudflare: each app is a Worker of its own. */
export async function startWorkers({ folder, write }: Installation, program: Program): Promise<Platform> {
  await build({
    absWorkingDir: folder,
    entryPoints: ["tools/platforms/worker.js"],
    outfile: "worker.bundle.js",
    bundle: true,
    format: "esm",
    platform: "browser",
    // As Cloudflare's own tool has it.
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*"],
    logLevel: "silent",
  });
  const names = ["protect", "hono", "client", "coded"];
  write("worker.capnp", configuration(names));
  const { path, version } = program("workerd");
  const server = await started(path, ["serve", "--control-fd=1", "worker.capnp"], folder, (output) => {
    const events: readonly WorkerEvent[] = linesOf(output).map((line) => JSON.parse(line));
    const listening = events.filter(({ event }) => event === "listen");
    if (listening.length < names.length) return undefined;
    return Object.fromEntries(listening.map(({ socket, port }) => [socket, `http://127.0.0.1:${port}/`]));
  });
  return { name: `workerd ${version}`, ...server };
}

/** What workerd tells about itself. */
interface WorkerEvent {
  readonly event: string;
  readonly socket: string;
  readonly port: number;
}

function configuration(names: readonly string[]): string {
  const worker = (served: string) => `const ${served} :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.bundle.js")],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  bindings = [(name = "SERVED", text = "${served}")],
);`;
  const service = (served: string) => `(name = "${served}", worker = .${served}), `;
  const socket = (served: string) =>
    `(name = "${served}", address = "127.0.0.1:0", http = (), service = "${served}"), `;
  // What the client asks is in this machine, where Workers may not go unless they are let.
  const network = `(name = "internet", network = (allow = ["public", "private"]))`;
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [${names.map(service).join("")}${network}],
  sockets = [${names.map(socket).join("")}],
);
${names.map(worker).join("\n")}
`;
}

/** Bun and Deno tell their addresses in a line of JSON. */
function toldUrls(output: string): Platform["urls"] | undefined {
  const [line] = linesOf(output);
  return line === undefined ? undefined : JSON.parse(line);
}

/** The lines that are whole. */
function linesOf(output: string): string[] {
  return output.split("\n").slice(0, -1);
}

/** Starts a program, and waits until its output tells where its servers listen. */
async function started(
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
