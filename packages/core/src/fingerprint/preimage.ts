import { Netstrings } from "#platform";
import type { RequestDescription } from "./types.js";

type Headers = NonNullable<RequestDescription["headers"]>;

const NO_HEADERS: Headers = [];

/**
 * What a fingerprint is the hash of: version, method, path, query, media type, the number of bound headers and each of
 * them, kind of body and digest of body, all as netstrings.
 *
 * A server sees the same few routes over and over, so the part that only they decide is kept from one request to the
 * next.
 */
export class Preimage {
  readonly #netstrings = new Netstrings("idempotency-fp/1");
  #method = "";
  #path = "";
  #query = "";
  #essence = "";
  #routeLength = -1;
  /** The kind that stands after the route, if no headers stand between them. */
  #kind = "";
  #kindLength = -1;

  /** The bytes to hash; valid until the next call. */
  bytes(request: RequestDescription, essence: string, kind: string, bodyDigest: string): Uint8Array {
    const { method, path, query = "", headers = NO_HEADERS } = request;
    const known =
      this.#routeLength > 0 &&
      path === this.#path &&
      method === this.#method &&
      query === this.#query &&
      essence === this.#essence;
    if (known && headers.length === 0 && kind === this.#kind) {
      return this.#netstrings.otherDigest(bodyDigest, this.#kindLength);
    }
    this.#kind = "";
    if (known) this.#netstrings.reset(this.#routeLength);
    else this.#route(method, path, query, essence);
    this.#headers(headers);
    this.#netstrings.text(kind);
    if (headers.length === 0) {
      this.#kind = kind;
      this.#kindLength = this.#netstrings.length;
    }
    return this.#netstrings.digest(bodyDigest).bytes();
  }

  #route(method: string, path: string, query: string, essence: string): void {
    this.#routeLength = -1;
    requireText("method", method);
    requireText("path", path);
    requireText("query", query);
    const netstrings = this.#netstrings.reset().text(method.toUpperCase()).text(path).text(query).text(essence);
    this.#method = method;
    this.#path = path;
    this.#query = query;
    this.#essence = essence;
    this.#routeLength = netstrings.length;
  }

  #headers(headers: Headers): void {
    const { length } = headers;
    this.#netstrings.text(length === 0 ? "0" : String(length));
    if (length === 0) return;
    for (const [name, value] of headers) {
      requireText("header name", name);
      requireText(`header ${name}`, value);
      this.#netstrings.text(name.toLowerCase()).text(value);
    }
  }
}

/** @throws TypeError if a part of a request is no string, which callers without types may pass */
export function requireText(name: string, value: unknown): void {
  if (typeof value === "string") return;
  throw new TypeError(`A request's ${name} must be a string, but is ${value === null ? "null" : typeof value}.`);
}
