/** So many places. Whoever comes waits until the places that it needs are free; first come, first served. */
export class Places {
  readonly total: number;
  #free: number;
  readonly #queue: { readonly needs: number; readonly admit: () => void }[] = [];

  constructor(total: number) {
    this.total = total;
    this.#free = total;
  }

  /** Does something while holding so many places. */
  async hold<Value>(needs: number, body: () => Promise<Value>): Promise<Value> {
    await new Promise<void>((admit) => {
      this.#queue.push({ needs, admit });
      this.#admitNext();
    });
    try {
      return await body();
    } finally {
      this.#free += needs;
      this.#admitNext();
    }
  }

  #admitNext(): void {
    for (let next = this.#queue[0]; next !== undefined && next.needs <= this.#free; next = this.#queue[0]) {
      this.#queue.shift();
      this.#free -= next.needs;
      next.admit();
    }
  }
}
