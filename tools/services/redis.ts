import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { freePort } from "./free-port.js";
import { temporaryRoot } from "./ordinary-user.js";
import { Reaper } from "./reaper.js";
import { redisBinary } from "./redis-binary.js";

const READY_WITHIN_MS = 10_000;
const STOP_WITHIN_MS = 5_000;
const LOG_LINES_KEPT = 200;
/** A Sentinel writes what it learns into its own configuration. */
const SENTINEL_FILE = "sentinel.conf";

export interface RedisOptions {
  /** Server settings by name, for example `{ "maxmemory-policy": "allkeys-lru" }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Makes it a Sentinel, with these lines of configuration. */
  readonly sentinel?: readonly string[];
}

/** A Redis server of our own. */
export interface RedisServer {
  /** For example `redis://127.0.0.1:6379`. Stays the same over `kill()` and `start()`. */
  readonly url: string;
  readonly port: number;
  /** The server's last log lines. */
  logs(): string;
  /** kill -9, as in a crash. Resolves when it is gone. What it had appended to its file stays. */
  kill(): Promise<void>;
  /** SIGSTOP: it keeps its connections and its memory, and does nothing. */
  pause(): void;
  /** SIGCONT, after `pause()`. */
  resume(): void;
  /** Starts it again after `kill()`, on the same port and data. Resolves when it answers. */
  start(): Promise<void>;
  /** Ends it and deletes its data. Harmless if it is down or already stopped. */
  stop(): Promise<void>;
}

/**
 * Starts a real Redis or Valkey on a free port of 127.0.0.1, with its data in a new temporary folder.
 *
 * Resolves when it answers. Every write is in its append-only file before it is acknowledged, so `kill()` loses nothing.
 * It does not outlive this process, even if this process is killed.
 *
 * @throws Error with what to install if there is no server, or with the server's log if it does not come up.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const binary = await redisBinary();
  const folder = await mkdtemp(join(temporaryRoot(undefined), "oncekey-redis-"));
  const port = await freePort();
  const server = new OwnRedis(binary, folder, port, options.settings ?? {}, options.sentinel !== undefined);
  if (options.sentinel !== undefined) {
    const lines = [`port ${port}`, "bind 127.0.0.1", `dir ${folder}`, ...options.sentinel];
    await writeFile(join(folder, SENTINEL_FILE), lines.join("\n"));
  }
  try {
    await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

class OwnRedis implements RedisServer {
  readonly url: string;
  readonly port: number;
  readonly #binary: string;
  readonly #folder: string;
  readonly #settings: Readonly<Record<string, string>>;
  readonly #isSentinel: boolean;
  readonly #reaper: Reaper;
  #server: ChildProcess | undefined;
  #log: string[] = [];

  constructor(
    binary: string,
    folder: string,
    port: number,
    settings: Readonly<Record<string, string>>,
    isSentinel: boolean,
  ) {
    this.#binary = binary;
    this.#folder = folder;
    this.port = port;
    this.#settings = settings;
    this.#isSentinel = isSentinel;
    this.#reaper = new Reaper(folder);
    this.url = `redis://127.0.0.1:${port}`;
  }

  logs(): string {
    return this.#log.join("\n");
  }

  async start(): Promise<void> {
    if (this.#server !== undefined) throw new Error(`The Redis server on port ${this.port} runs already.`);
    // A group of its own, so that a Ctrl-C meant for the tests does not take the server away under them.
    const server = spawn(this.#binary, this.#arguments(), { detached: true, stdio: ["ignore", "pipe", "pipe"] });
    server.on("error", (error) => this.#keep(String(error)));
    server.stdout.on("data", (chunk: Buffer) => this.#keep(chunk.toString()));
    server.stderr.on("data", (chunk: Buffer) => this.#keep(chunk.toString()));
    this.#server = server;
    this.#reaper.watch(server.pid ?? 0);
    await this.#untilItAnswers(server);
  }

  async kill(): Promise<void> {
    const server = this.#server;
    if (server?.pid === undefined) throw new Error(`The Redis server on port ${this.port} is not running.`);
    await end(server, "SIGKILL");
    this.#server = undefined;
    this.#reaper.watch(0);
  }

  async stop(): Promise<void> {
    this.resume();
    if (this.#server !== undefined) await end(this.#server, "SIGTERM");
    this.#server = undefined;
    this.#reaper.watch(0);
    await this.#reaper.sweep();
  }

  pause(): void {
    this.#server?.kill("SIGSTOP");
  }

  resume(): void {
    this.#server?.kill("SIGCONT");
  }

  #arguments(): string[] {
    if (this.#isSentinel) return [join(this.#folder, SENTINEL_FILE), "--sentinel"];
    const settings: Record<string, string> = {
      port: String(this.port),
      bind: "127.0.0.1",
      dir: this.#folder,
      save: "",
      appendonly: "yes",
      appendfsync: "no", // the operating system keeps what a killed process has written
      ...this.#settings,
    };
    return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  }

  async #untilItAnswers(server: ChildProcess): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    while (!(await answersPing(this.port))) {
      if (server.pid === undefined || hasExited(server)) {
        this.#server = undefined;
        throw new Error(`Redis ended before it was ready. Its log:\n${this.logs()}`);
      }
      if (Date.now() > deadline) {
        throw new Error(`Redis was not ready within ${READY_WITHIN_MS} ms. Its log:\n${this.logs()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  }

  #keep(text: string): void {
    this.#log = [...this.#log, ...text.trimEnd().split("\n")].slice(-LOG_LINES_KEPT);
  }
}

async function end(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.pid === undefined || hasExited(server)) return;
  const gone = once(server, "exit");
  server.kill(signal);
  const force = setTimeout(() => server.kill("SIGKILL"), STOP_WITHIN_MS);
  await gone;
  clearTimeout(force);
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Whether a server on this port answers, and no longer says that it is loading its data. */
async function answersPing(port: number): Promise<boolean> {
  const socket = connect({ port, host: "127.0.0.1" });
  try {
    await once(socket, "connect");
    socket.write("PING\r\n");
    const [answer] = await once(socket, "data", { signal: AbortSignal.timeout(2_000) });
    return String(answer).startsWith("+PONG");
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  } finally {
    socket.destroy();
  }
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    ["ECONNREFUSED", "ECONNRESET", "ABORT_ERR"].includes(String(error.code))
  );
}
