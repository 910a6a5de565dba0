type HeadersInit = NonNullable<RequestInit["headers"]>;

/** The headers of a request until it is sent. */
export type RequestHeaders = Headers | PlainHeaders;

/** A copy of what `fetch` takes as headers, so that a key put into it is seen by nobody else. */
export function copyHeaders(given: HeadersInit | null | undefined): RequestHeaders {
  return PlainHeaders.of(given ?? {}) ?? new Headers(given ?? undefined);
}

/** What is given to `fetch`: its own for each attempt, for there may be somebody who adds to it. */
export function sentHeaders(headers: RequestHeaders): HeadersInit {
  return headers instanceof PlainHeaders ? headers.lines() : new Headers(headers);
}

/** Names as RFC 9110 has them (section 5.6.2); `__proto__` is one that no object can have. */
const NAME = /^(?!__proto__$)[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\x20-\x7E]*$/;

/**
 * Headers that were given as an ordinary object, and need no more than that: the runtime makes `Headers` of them when they
 * are sent, and to make others before costs as much again.
 */
class PlainHeaders implements Pick<Headers, "get" | "has" | "set"> {
  readonly #lines: Record<string, string> = {};

  /** `undefined` for what is not so simple: whether it is wrong, and what it means then, is left to `Headers`. */
  static of(given: HeadersInit): PlainHeaders | undefined {
    if (Object.getPrototypeOf(given) !== Object.prototype || Symbol.iterator in given) return undefined;
    const plain = new PlainHeaders();
    for (const [name, value] of Object.entries(given)) {
      if (typeof value !== "string" || !NAME.test(name) || !VALUE.test(value) || plain.has(name)) return undefined;
      plain.#lines[name] = value;
    }
    return plain;
  }

  get(name: string): string | null {
    const found = this.#nameLike(name);
    return found === undefined ? null : (this.#lines[found] ?? null);
  }

  has(name: string): boolean {
    return this.#nameLike(name) !== undefined;
  }

  set(name: string, value: string): void {
    this.#lines[this.#nameLike(name) ?? name] = value;
  }

  /** As `fetch` takes them. */
  lines(): Record<string, string> {
    return { ...this.#lines };
  }

  #nameLike(wanted: string): string | undefined {
    for (const name in this.#lines) {
      if (name.length === wanted.length && name.toLowerCase() === wanted.toLowerCase()) return name;
    }
    return undefined;
  }
}
