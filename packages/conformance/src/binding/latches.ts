/** Lets the suite hold handlers and writes at a point, and let them go, by name. */
export class Latches {
  readonly #shut = new Map<string, (() => void)[]>();

  /** From now on whoever passes by this name waits. */
  shut(name: string): void {
    if (!this.#shut.has(name)) this.#shut.set(name, []);
  }

  /** Lets go whoever waits, and whoever comes. */
  open(name: string): void {
    const waiting = this.#shut.get(name) ?? [];
    this.#shut.delete(name);
    for (const letGo of waiting) letGo();
  }

  openAll(): void {
    for (const name of [...this.#shut.keys()]) this.open(name);
  }

  /** Waits while the latch of this name is shut. */
  async pass(name: string): Promise<void> {
    // A promise of whoever waits: on Workers one that was made by another request never settles here.
    await new Promise<void>((letGo) => {
      const waiting = this.#shut.get(name);
      if (waiting === undefined) letGo();
      else waiting.push(letGo);
    });
  }
}
