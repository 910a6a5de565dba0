import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const PACKAGE = fileURLToPath(new URL("../", import.meta.url));
const READY = /^Ready\. Open (\S+) /m;

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A program of this package in a process of its own, from the sources. */
export class DemoProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  output = "";

  constructor(entry: string, env: NodeJS.ProcessEnv = {}, args: readonly string[] = []) {
    this.child = spawn(process.execPath, ["--import", "tsx", "--conditions=@oncekey/source", entry, ...args], {
      cwd: PACKAGE,
      env: { ...process.env, DATABASE_URL: "", PORT: "0", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on("data", (text) => {
        this.output += text;
      });
    }
    // "close": after its last words.
    this.ended = once(this.child, "close").then(([code, signal]) => ({ code, signal }));
  }

  /** Resolves with the first match in what it prints; rejects with all of it if it ends before. */
  async prints(pattern: RegExp): Promise<RegExpExecArray> {
    const { stdout, stderr } = this.child;
    for (;;) {
      const match = pattern.exec(this.output);
      if (match !== null) return match;
      const more = [stdout, stderr].map((stream) => stream && once(stream, "data"));
      const ended = await Promise.race([...more, this.ended.then(() => true)]);
      if (ended === true && !pattern.test(this.output)) throw new Error(`It ended without that:\n${this.output}`);
    }
  }

  /** Resolves with its address when it is ready. */
  async ready(): Promise<string> {
    return (await this.prints(READY))[1] ?? "";
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }
}

/** A server under a supervisor, as `npm start` is: run again, at the same address, when it leaves with exit code 75. */
export class SupervisedDemo {
  readonly #env: NodeJS.ProcessEnv;
  #current: DemoProcess;
  #stopped = false;
  crashes = 0;

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
    this.#current = this.#launch();
  }

  ready(): Promise<string> {
    return this.#current.ready();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#current.kill();
  }

  #launch(): DemoProcess {
    const launched = new DemoProcess("src/main.ts", this.#env);
    void launched.ended.then(({ code }) => {
      if (this.#stopped || code !== 75) return;
      this.crashes++;
      this.#current = this.#launch();
    });
    return launched;
  }
}
