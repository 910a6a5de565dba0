import { type ChildProcess, spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { repositoryRoot } from "./workspace.js";

export interface CommandResult {
  readonly exitCode: number;
  /** Standard output and standard error, in the order in which they came. */
  readonly output: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  /** Run through a shell, as npm does with scripts. */
  readonly shell?: boolean;
}

/** Runs a command to its end. A command that cannot be started at all rejects; one that fails resolves. */
export function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  if (options.signal?.aborted) return Promise.resolve({ exitCode: 1, output: `${command} was not started` });
  const child = spawn(command, args, {
    cwd: options.cwd ?? repositoryRoot,
    env: { ...process.env, PATH: withTools(process.env["PATH"]), ...options.env },
    shell: options.shell ?? false,
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that ending it ends what it started.
    detached: process.platform !== "win32",
  });
  const end = () => endGroup(child);
  options.signal?.addEventListener("abort", end, { once: true });
  let output = "";
  const keep = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      options.signal?.removeEventListener("abort", end);
      resolve({ exitCode: code ?? 1, output });
    });
  });
}

/** The same, for a command that has to succeed. Returns its output. */
export async function mustRun(command: string, args: readonly string[], options?: CommandOptions): Promise<string> {
  const { exitCode, output } = await run(command, args, options);
  if (exitCode !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${exitCode}:\n${output}`);
  return output;
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  if (process.platform === "win32") child.kill();
  else process.kill(-child.pid, "SIGTERM");
}

function withTools(path: string | undefined): string {
  return [join(repositoryRoot, "node_modules", ".bin"), path ?? ""].join(delimiter);
}
