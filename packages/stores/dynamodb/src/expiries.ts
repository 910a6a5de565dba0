/** More than the attempts that a process has under way at once; an entry takes some hundred bytes. */
const MOST = 1_024;

/**
 * When the records end that this store has written and is likely to write over: a version's expiry is fixed, so a write over
 * it need not ask. What is not known, or was dropped for newer ones, is asked for.
 */
export class Expiries {
  readonly #known = new Map<string, number>();

  note(id: string, version: string, expiresAtMs: number): void {
    const [oldest] = this.#known.size >= MOST ? this.#known.keys() : [];
    if (oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(keyOf(id, version), expiresAtMs);
  }

  /** Tells it, and forgets it: a version is written over once. */
  take(id: string, version: string): number | undefined {
    const key = keyOf(id, version);
    const expiresAtMs = this.#known.get(key);
    this.#known.delete(key);
    return expiresAtMs;
  }
}

function keyOf(id: string, version: string): string {
  return `${id} ${version}`;
}
