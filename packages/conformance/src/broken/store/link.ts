import type { FaultHooks } from "../../store/fixture.js";

/** A way between clients and a storage that can be cut and slowed, all in memory. */
export class Link implements FaultHooks {
  #up = true;
  #slowMs = 0;
  #waiting = new Set<() => void>();

  /** Brings a call over; once it has been applied, its reply may still be late or lost. */
  async carry<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    if (!this.#up) throw this.#broken();
    const answer = await call();
    if (this.#slowMs > 0) await this.#delay(this.#slowMs);
    if (!this.#up) throw this.#broken();
    return answer;
  }

  cut(): void {
    this.#up = false;
    for (const wake of this.#waiting) wake();
  }

  heal(): void {
    this.#up = true;
    this.#slowMs = 0;
  }

  slow(ms: number): void {
    this.#slowMs = ms;
  }

  async #delay(ms: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wake = () => {};
    await new Promise<void>((resolve) => {
      wake = resolve;
      this.#waiting.add(wake);
      timer = setTimeout(resolve, ms);
    });
    this.#waiting.delete(wake);
    clearTimeout(timer);
  }

  #broken(): Error {
    return new Error("the store did not answer", { cause: new Error("connection reset") });
  }
}
