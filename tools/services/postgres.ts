import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Client } from "pg";
import { freePort } from "./free-port.js";
import { layOutPostgres, type PostgresFiles, type PostgresOrigin } from "./postgres-files.js";

const READY_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 10_000;
const LOG_LINES_KEPT = 200;

export interface PostgresOptions {
  /** Server settings by name, for example `{ default_transaction_isolation: "serializable" }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Default `"npm"`. `"debian"` is the newest server of Debian's that is installed, or else what apt-get installs. */
  readonly origin?: PostgresOrigin;
}

/** A Postgres server of our own. */
export interface PostgresServer {
  /** Connection string of the superuser on the database `postgres`. Stays the same over `kill()` and `start()`. */
  readonly url: string;
  readonly port: number;
  /** The server's last log lines. */
  logs(): string;
  /** kill -9 of every process of the server, as in a crash. Resolves when they are gone. The data stays. */
  kill(): Promise<void>;
  /** Starts it again after `kill()`, on the same port and data. Resolves when it answers a query. */
  start(): Promise<void>;
  /** Ends it and deletes its data. Harmless if it is down or already stopped. */
  stop(): Promise<void>;
}

/**
 * Starts a real Postgres on a free port of 127.0.0.1, with its data in a new temporary folder.
 *
 * Resolves when it answers a query. It needs nothing installed, unless `origin` says so: the binaries come from npm. It does not outlive this
 * process, even if this process is killed. `fsync` is off: `kill()` loses nothing, a power cut would.
 *
 * @throws Error with the server's log if it does not come up.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const files = await layOutPostgres(options.origin ?? "npm");
  const server = new OwnPostgres(files, await freePort(), options.settings ?? {});
  try {
    await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

class OwnPostgres implements PostgresServer {
  readonly url: string;
  readonly port: number;
  readonly #files: PostgresFiles;
  readonly #settings: Readonly<Record<string, string>>;
  #server: ChildProcess | undefined;
  #log: string[] = [];

  constructor(files: PostgresFiles, port: number, settings: Readonly<Record<string, string>>) {
    this.#files = files;
    this.port = port;
    this.#settings = settings;
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  }

  logs(): string {
    return this.#log.join("\n");
  }

  async start(): Promise<void> {
    if (this.#server !== undefined) throw new Error(`The Postgres server on port ${this.port} runs already.`);
    const server = spawn(this.#files.postgres, this.#arguments(), {
      ...this.#files.user,
      cwd: this.#files.data,
      // A group of its own, so that a Ctrl-C meant for the tests does not take the server away under them.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    server.on("error", (error) => this.#keep(String(error)));
    server.stdout?.on("data", (chunk: Buffer) => this.#keep(chunk.toString()));
    server.stderr?.on("data", (chunk: Buffer) => this.#keep(chunk.toString()));
    this.#server = server;
    this.#files.reaper.watch(server.pid ?? 0);
    await this.#untilItAnswers(server);
  }

  async kill(): Promise<void> {
    const server = this.#server;
    if (server?.pid === undefined) throw new Error(`The Postgres server on port ${this.port} is not running.`);
    const gone = exitOf(server);
    const backends = stoppedWithChildren(server.pid);
    server.kill("SIGKILL");
    for (const pid of backends) killIfThere(pid);
    await gone;
    // A server does not start while one of them still holds the shared memory of the old one.
    while (backends.some(isRunning)) await delay(5);
    this.#server = undefined;
    this.#files.reaper.watch(0);
  }

  async stop(): Promise<void> {
    if (this.#server !== undefined) await this.#end(this.#server);
    this.#server = undefined;
    this.#files.reaper.watch(0);
    await this.#files.reaper.sweep();
  }

  #arguments(): string[] {
    const settings: Record<string, string> = {
      listen_addresses: "127.0.0.1",
      port: String(this.port),
      unix_socket_directories: "",
      fsync: "off",
      shared_buffers: "16MB",
      max_connections: "200",
      log_checkpoints: "off",
      timezone: "UTC",
      ...this.#settings,
    };
    return ["-D", this.#files.data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
  }

  async #untilItAnswers(server: ChildProcess): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    for (;;) {
      if (server.pid === undefined || hasExited(server)) {
        this.#server = undefined;
        throw new Error(`Postgres ended before it was ready (${describeExit(server)}). Its log:\n${this.logs()}`);
      }
      const refusal = await ping(this.url);
      if (refusal === undefined) return;
      if (Date.now() > deadline) {
        throw new Error(`Postgres was not ready within ${READY_WITHIN_MS} ms. Its log:\n${this.logs()}`, {
          cause: refusal,
        });
      }
      await delay(15);
    }
  }

  /** SIGINT is Postgres's fast shutdown: open sessions are ended, the cluster is closed properly. */
  async #end(server: ChildProcess): Promise<void> {
    const gone = exitOf(server);
    server.kill("SIGINT");
    const force = setTimeout(() => server.kill("SIGKILL"), STOP_WITHIN_MS);
    await gone;
    clearTimeout(force);
  }

  #keep(text: string): void {
    this.#log = [...this.#log, ...text.trimEnd().split("\n")].slice(-LOG_LINES_KEPT);
  }
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function describeExit(child: ChildProcess): string {
  return `exit code ${child.exitCode ?? "none"}, signal ${child.signalCode ?? "none"}`;
}

async function exitOf(child: ChildProcess): Promise<void> {
  if (child.pid !== undefined && !hasExited(child)) await once(child, "exit");
}

/** Halts the server and answers its own processes. Each heads a session of its own: a signal to the group would miss it. */
function stoppedWithChildren(pid: number): number[] {
  if (process.platform !== "linux") return []; // they notice that their parent is gone, and end
  process.kill(pid, "SIGSTOP"); // so that it makes no further one while the list is read
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return list.split(" ").filter(Boolean).map(Number);
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** Not a zombie either, which holds nothing any more and waits for its new parent to notice. */
function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH")) return false;
    throw error;
  }
}

/** Undefined if the server answers, else why it does not. */
export async function ping(connectionString: string): Promise<unknown> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 2_000 });
  // Without a listener, a connection that breaks after it was made would end this process.
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query("SELECT 1");
    await client.end();
    return undefined;
  } catch (error) {
    return error ?? new Error("no reason given");
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
