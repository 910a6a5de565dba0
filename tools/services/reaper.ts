import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Socket } from "node:net";
import { fileURLToPath } from "node:url";

/**
 * Deletes a folder, and first stops the server in it, when this process ends: however it ends, even by kill -9.
 *
 * The work is done by a small process of its own, see reaper-process.mjs.
 */
export class Reaper {
  readonly #child: ChildProcess;

  constructor(folder: string) {
    const script = fileURLToPath(new URL("./reaper-process.mjs", import.meta.url));
    this.#child = spawn(process.execPath, [script, folder], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
    this.#child.unref();
    if (this.#child.stdin instanceof Socket) this.#child.stdin.unref();
  }

  /** Names the process to stop, or 0 for none. */
  watch(pid: number): void {
    if (this.#child.stdin?.writable) this.#child.stdin.write(`${pid}\n`);
  }

  /** Deletes the folder now. Harmless the second time. */
  async sweep(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.stdin?.writableEnded !== false) return;
    this.#child.ref();
    const swept = once(this.#child, "exit");
    this.#child.stdin.end();
    await swept;
  }
}
