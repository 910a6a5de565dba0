import { withBody } from "./kept-response.js";
import type { Answer } from "./protocols/adapter.js";
import { rebuilt } from "./rebuilt-response.js";
import { concatenate, readUpTo, resumed } from "./request-body.js";

/** A response whose body has come to its end, or will never be waited for. */
export interface WholeAnswer extends Answer {
  /** For the caller: a real `Response`, its body unread. */
  response(): Response;
  /** The body is still coming. */
  readonly streaming: boolean;
  /** Lets go of a body that nobody will read. */
  discard(): void;
}

/** Bodies without an end in sight: they are passed on as they come. */
const ENDLESS = /^text\/event-stream\b/i;

type BodyReader = ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;

/**
 * Reads a response to its end, so that an answer that was cut off is not taken for a success.
 *
 * What is longer than `maxBytes`, or a stream of events, is passed on unread: its end is not known. Without `maxBytes`,
 * everything is.
 *
 * @throws what reading throws, when the connection is cut in the body.
 */
export function readAnswer(response: Response, maxBytes: number | undefined): WholeAnswer | Promise<WholeAnswer> {
  const { body } = response;
  if (body === null || maxBytes === undefined || isEndless(response, maxBytes)) return passed(response);
  const reader: BodyReader = body.getReader();
  return readUpTo(reader, maxBytes).then(({ chunks, length, ended }) => {
    if (!ended) return passed(rebuilt(response, resumed(chunks, reader)));
    const [first] = chunks;
    return new ReadAnswer(response, first?.byteLength === length ? first : concatenate(chunks, length));
  });
}

/** An answer that came whole. */
class ReadAnswer implements WholeAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly streaming = false;
  readonly #original: Response;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #kept: Response | undefined;

  constructor(original: Response, bytes: Uint8Array<ArrayBuffer>) {
    this.status = original.status;
    this.headers = original.headers;
    this.#original = original;
    this.#bytes = bytes;
  }

  json(): unknown {
    return parse(this.headers, this.#bytes);
  }

  response(): Response {
    this.#kept ??= withBody(this.#original, this.#bytes);
    return this.#kept;
  }

  discard(): void {}
}

function isEndless(response: Response, maxBytes: number): boolean {
  if (Number(response.headers.get("content-length")) > maxBytes) return true;
  return ENDLESS.test(response.headers.get("content-type") ?? "");
}

function passed(response: Response): WholeAnswer {
  return {
    status: response.status,
    headers: response.headers,
    json: () => undefined,
    response: () => response,
    streaming: response.body !== null,
    discard: () => void response.body?.cancel().catch(() => {}),
  };
}

function parse(headers: Headers, bytes: Uint8Array): unknown {
  if (!/[/+]json\b/i.test(headers.get("content-type") ?? "")) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // Said to be JSON and is none: the status alone speaks then.
    return undefined;
  }
}
