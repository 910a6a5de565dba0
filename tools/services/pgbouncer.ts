import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { foundOrInstalled } from "./debian-package.js";
import { freePort } from "./free-port.js";
import { ordinaryUser, temporaryRoot } from "./ordinary-user.js";
import { ping } from "./postgres.js";
import { Reaper } from "./reaper.js";

const READY_WITHIN_MS = 10_000;
const LOG_LINES_KEPT = 200;

export interface PgBouncerOptions {
  /** How many prepared statements it carries on each server connection; 0 for none. Needs PgBouncer 1.21 or later. */
  readonly maxPreparedStatements?: number;
  /** How many server connections all clients of one database share. Default 4. */
  readonly poolSize?: number;
}

/** A PgBouncer of our own, in transaction mode, before one server. */
export interface PgBouncer {
  /** The connection string of any database of that server, by way of the pooler. */
  by(url: string): string;
  /** Its last log lines. */
  logs(): string;
  stop(): Promise<void>;
}

/**
 * The path of PgBouncer: what `PGBOUNCER` names, or the one that is installed, or else Debian's, which root installs here
 * and now.
 *
 * @throws Error that says what to install.
 */
function pgBouncerBinary(): Promise<string> {
  const given = process.env["PGBOUNCER"];
  if (given !== undefined && given !== "") return Promise.resolve(given);
  return foundOrInstalled(
    // Debian's is where the PATH of an ordinary user does not lead.
    () => [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin"].map(pathOf).find(existsSync),
    "pgbouncer",
    "No PgBouncer on this machine. Install it (apt-get install pgbouncer on Debian and Ubuntu, brew install pgbouncer on " +
      "macOS), or name its program with PGBOUNCER.",
  );
}

function pathOf(folder: string): string {
  return join(folder, "pgbouncer");
}

/** Whether this PgBouncer can carry prepared statements: 1.21 was the first. */
export async function carriesPreparedStatements(): Promise<boolean> {
  const { stdout } = await promisify(execFile)(await pgBouncerBinary(), ["--version"]);
  const [, major, minor] = /PgBouncer (\d+)\.(\d+)/.exec(stdout) ?? [];
  if (major === undefined) throw new Error(`PgBouncer said of its version: ${stdout}`);
  return Number(major) > 1 || Number(minor) >= 21;
}

/**
 * Starts PgBouncer in transaction mode on a free port of 127.0.0.1, before the server of a connection string.
 *
 * Resolves when a query gets through. It does not outlive this process. It refuses to run as root, so root starts it as
 * an ordinary user.
 *
 * @throws Error with what to install if there is none, or with its log if it does not come up.
 */
export async function startPgBouncer(server: string, options: PgBouncerOptions = {}): Promise<PgBouncer> {
  const user = ordinaryUser();
  const [binary, port] = await Promise.all([pgBouncerBinary(), freePort()]);
  const folder = await mkdtemp(join(temporaryRoot(user), "oncekey-pgbouncer-"));
  const file = join(folder, "pgbouncer.ini");
  await chmod(folder, 0o755);
  await writeFile(file, configuration(new URL(server), port, options));
  const bouncer = new OwnPgBouncer(
    spawn(binary, [file], { ...user, cwd: folder, detached: true, stdio: ["ignore", "pipe", "pipe"] }),
    new Reaper(folder),
    port,
  );
  try {
    await bouncer.untilItAnswers(server);
  } catch (error) {
    await bouncer.stop();
    throw error;
  }
  return bouncer;
}

function configuration(server: URL, port: number, { maxPreparedStatements, poolSize = 4 }: PgBouncerOptions): string {
  const login = {
    host: server.hostname,
    port: server.port || "5432",
    user: server.username,
    password: server.password,
  };
  const every = Object.entries(login).filter(([, value]) => value !== "");
  return [
    "[databases]",
    `* = ${every.map(([name, value]) => `${name}='${decodeURIComponent(value).replaceAll("'", "''")}'`).join(" ")}`,
    "[pgbouncer]",
    "listen_addr = 127.0.0.1",
    `listen_port = ${port}`,
    "unix_socket_dir =",
    "auth_type = any",
    "pool_mode = transaction",
    "max_client_conn = 500",
    `default_pool_size = ${poolSize}`,
    ...(maxPreparedStatements === undefined ? [] : [`max_prepared_statements = ${maxPreparedStatements}`]),
    "",
  ].join("\n");
}

class OwnPgBouncer implements PgBouncer {
  readonly #process: ChildProcess;
  readonly #reaper: Reaper;
  readonly #port: number;
  #log: string[] = [];

  constructor(process: ChildProcess, reaper: Reaper, port: number) {
    this.#process = process;
    this.#reaper = reaper;
    this.#port = port;
    process.on("error", (error) => this.#keep(String(error)));
    process.stdout?.on("data", (chunk: Buffer) => this.#keep(chunk.toString()));
    process.stderr?.on("data", (chunk: Buffer) => this.#keep(chunk.toString()));
    reaper.watch(process.pid ?? 0);
  }

  by(url: string): string {
    const pooled = new URL(url);
    pooled.host = `127.0.0.1:${this.#port}`;
    return pooled.href;
  }

  logs(): string {
    return this.#log.join("\n");
  }

  async untilItAnswers(server: string): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    for (;;) {
      const refusal = await ping(this.by(server));
      if (refusal === undefined) return;
      if (this.#hasEnded() || Date.now() > deadline) {
        throw new Error(`PgBouncer did not come up. Its log:\n${this.logs()}`, { cause: refusal });
      }
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  }

  /** SIGQUIT ends it at once in every version; newer ones take SIGTERM for "when the last client has gone". */
  async stop(): Promise<void> {
    if (!this.#hasEnded()) {
      const gone = once(this.#process, "exit");
      this.#process.kill("SIGQUIT");
      await gone;
    }
    this.#reaper.watch(0);
    await this.#reaper.sweep();
  }

  #hasEnded(): boolean {
    const { pid, exitCode, signalCode } = this.#process;
    return pid === undefined || exitCode !== null || signalCode !== null;
  }

  #keep(text: string): void {
    this.#log = [...this.#log, ...text.trimEnd().split("\n")].slice(-LOG_LINES_KEPT);
  }
}
