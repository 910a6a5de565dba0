import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { freePort } from "@oncekey/services";
import type { Running } from "./open.js";

const program = createRequire(import.meta.url).resolve("next/dist/bin/next");
const example = fileURLToPath(new URL("../next", import.meta.url));
const data = fileURLToPath(new URL("../.data/", import.meta.url));

/**
 * The example as Next's compiler makes it, on Next's own server, in production mode. It takes half a minute, and the
 * packages have to be built; Next fetches its compiler where that is not installed.
 */
export async function nextBuilt(): Promise<Running> {
  await mkdir(data, { recursive: true });
  // A copy, because Next writes files of its own beside those of the application.
  const folder = await mkdtemp(join(data, "next-"));
  await cp(example, folder, { recursive: true });
  await writeFile(join(folder, "next.config.mjs"), "export default { typescript: { ignoreBuildErrors: true } };\n");
  const [code] = await once(next(folder, ["build"], "inherit"), "exit");
  if (code !== 0) throw new Error(`next build ended with ${code}`);

  const port = await freePort();
  const server = next(folder, ["start", "--hostname", "127.0.0.1", "--port", String(port)], "pipe");
  const exit = once(server, "exit");
  await untilReady(server);
  return {
    ask: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init),
    close: async () => {
      server.kill("SIGKILL");
      await exit;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function next(cwd: string, words: readonly string[], stdout: "inherit" | "pipe"): ChildProcess {
  const env = { ...process.env, NODE_ENV: undefined, NEXT_TELEMETRY_DISABLED: "1" };
  return spawn(process.execPath, [program, ...words], { cwd, env, stdio: ["ignore", stdout, "inherit"] });
}

async function untilReady({ stdout }: ChildProcess): Promise<void> {
  if (stdout === null) throw new Error("next start has no output");
  for await (const line of createInterface({ input: stdout })) if (line.includes("Ready")) return;
  throw new Error("next start ended before it was ready");
}
