/** Lets the suite hold handlers and writes at a point, and let them go, by name. */
export class Latches {
  readonly #shut = new Map<string, { readonly opened: Promise<void>; readonly open: () => void }>();

  /** From now on whoever passes by this name waits. */
  shut(name: string): void {
    if (this.#shut.has(name)) return;
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    this.#shut.set(name, { opened, open });
  }

  /** Lets go whoever waits, and whoever comes. */
  open(name: string): void {
    this.#shut.get(name)?.open();
    this.#shut.delete(name);
  }

  openAll(): void {
    for (const name of [...this.#shut.keys()]) this.open(name);
  }

  /** Waits while the latch of this name is shut. */
  async pass(name: string): Promise<void> {
    await this.#shut.get(name)?.opened;
  }
}
