/** What a guard that was put into the handler by hand is told of a request. */
export interface Asked {
  readonly account: string;
  readonly key: string;
  readonly method: string;
  readonly path: string;
  /** As the framework's parser made it. */
  readonly order: unknown;
  /** The body as a text, for a hash. */
  text(): string;
}

/** An answer of JSON. */
export interface Given {
  readonly status: number;
  readonly body: string;
}

/** Answers a request, by what is kept or by running the operation. */
export type Once = (asked: Asked, charge: () => object) => Promise<Given>;
