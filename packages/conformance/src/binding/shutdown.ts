/**
 * How far a server's shutdown has come.
 * - `none`: nobody has asked for it.
 * - `begun`: it waits for what runs.
 * - `ended`: nothing runs any more, and what ran is stored.
 * - `failed`: it rejected.
 */
export type ShutdownState = "none" | "begun" | "ended" | "failed";

/** The shutdown of a server in order, which the suite begins and watches. */
export class Shutdown {
  #way: (() => Promise<unknown>) | undefined;
  #state: ShutdownState = "none";

  get state(): ShutdownState {
    return this.#state;
  }

  /** Takes over how this server shuts down. */
  by(way: () => Promise<unknown>): void {
    this.#way = way;
  }

  /** Begins it, once; false where nobody has said how. */
  begin(): boolean {
    if (this.#way === undefined) return false;
    if (this.#state !== "none") return true;
    this.#state = "begun";
    const settle = (state: ShutdownState) => () => {
      this.#state = state;
    };
    this.#way().then(settle("ended"), settle("failed"));
    return true;
  }
}
