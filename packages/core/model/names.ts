/** Small names for versions, given in the order in which they are met, so that no state remembers how many came before. */
const MAX_VERSIONS = 1_024;

export class Names {
  /** By the number of a version; 0 where it has no name. */
  readonly #names = new Uint8Array(MAX_VERSIONS);
  #named: number[] = [];

  clear(): void {
    for (const number of this.#named) this.#names[number] = 0;
    this.#named = [];
  }

  /** The name of a version, a new one where it has none. */
  give(version: string): number {
    const known = this.of(version);
    if (known !== 0) return known;
    const number = Number(version);
    if (number >= MAX_VERSIONS) throw new Error("more versions on one trace than there are names for");
    this.#named.push(number);
    this.#names[number] = this.#named.length;
    return this.#named.length;
  }

  /** The name of a version, 0 where it has none. */
  of(version: string): number {
    return this.#names[Number(version)] ?? 0;
  }
}
