import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CRASH_EXIT_CODE } from "../crash.js";

const READY_WITHIN_MS = 60_000;
const ASK_EVERY_MS = 100;

/** The demo's entry: built beside the storm's, or in the sources one folder up. */
const ENTRY = fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? "../main.ts" : "./main.js", import.meta.url));

/** A demo server of the storm's own, with its own data, that is started again whenever it crashes on purpose. */
export class OwnServer {
  readonly url: string;
  readonly folder: string;
  readonly #port: number;
  #child: ChildProcess | undefined;
  #errors = "";
  #crashes = 0;
  #stopping = false;
  #failure: Error | undefined;

  private constructor(port: number, folder: string) {
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.folder = folder;
  }

  /** Starts one, and resolves when it answers. */
  static async start(): Promise<OwnServer> {
    const server = new OwnServer(await freePort(), await mkdtemp(join(tmpdir(), "oncekey-storm-")));
    process.once("exit", () => server.#child?.kill());
    server.#launch();
    await server.#ready();
    return server;
  }

  /** How often it has left with the exit code of a crash on purpose. */
  get crashes(): number {
    return this.#crashes;
  }

  /** Set when it ended in any other way. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Lets it end. Its data is deleted unless somebody may want to look at it. */
  async stop({ keepData }: { readonly keepData: boolean }): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
    }
    if (!keepData) await rm(this.folder, { recursive: true, force: true });
  }

  #launch(): void {
    const child = spawn(process.execPath, [...process.execArgv, ENTRY], {
      env: { ...process.env, PORT: String(this.#port), HOST: "127.0.0.1", DEMO_DATA_DIR: this.folder },
      stdio: ["ignore", "ignore", "pipe"],
    });
    child.stderr.on("data", (text) => {
      this.#errors = (this.#errors + text).slice(-4_000);
    });
    child.once("exit", (code, signal) => this.#ended(code, signal));
    this.#child = child;
  }

  #ended(code: number | null, signal: string | null): void {
    if (this.#stopping) return;
    if (code === CRASH_EXIT_CODE) {
      this.#crashes++;
      this.#launch();
    } else {
      this.#failure = new Error(`The demo server ended by itself (${signal ?? `exit code ${code}`}).\n${this.#errors}`);
    }
  }

  async #ready(): Promise<void> {
    const giveUpAt = Date.now() + READY_WITHIN_MS;
    while (!(await answers(this.url))) {
      if (this.#failure !== undefined) throw this.#failure;
      if (Date.now() > giveUpAt) throw new Error(`The demo server does not answer.\n${this.#errors}`);
      await delay(ASK_EVERY_MS);
    }
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/healthz`)).ok;
  } catch {
    // Not yet: the caller asks again, and knows when to give up.
    return false;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error(`No port in ${String(address)}.`);
  return address.port;
}
