import { type Agent, type IncomingMessage, request as nodeRequest } from "node:http";
import { request as secureRequest } from "node:https";
import type { HeaderLine } from "./scenario.js";

/** A request as it goes over the wire: header lines, not a map of headers. */
export interface WireRequest {
  readonly method: string;
  readonly headers: readonly HeaderLine[];
  /** Absent: no body. An array goes out in chunks. */
  readonly body?: Uint8Array | readonly Uint8Array[];
  /** Default: a connection of its own. */
  readonly agent?: Agent;
  /** Announces one byte more than there is, and waits. Default: false. */
  readonly unfinished?: boolean;
}

/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number;
  /** Header lines in order, with the names in lower case. */
  readonly lines: readonly HeaderLine[];
  readonly body: Uint8Array;
}

/** A request that is on its way. */
export interface Exchange {
  /** Rejects when the connection ends before the answer does. */
  readonly answer: Promise<WireAnswer>;
  /** Whether the whole answer has arrived, or will not. */
  ended(): boolean;
  /** What has arrived of the answer by now; `undefined` before its head has. */
  arrived(): WireAnswer | undefined;
  /** How many bytes of an answer have arrived. */
  bytesReceived(): number;
  /** Hangs up. */
  abandon(): void;
}

/** Sends a request. */
export function send(url: URL, { method, headers, body, agent, unfinished = false }: WireRequest): Exchange {
  const lines: readonly HeaderLine[] = [
    ["Host", url.host],
    ...headers,
    ...lengthOf(method, body, unfinished),
    ...connection(agent),
  ];
  const request = url.protocol === "https:" ? secureRequest : nodeRequest;
  const outgoing = request(url, { method, agent: agent ?? false, headers: lines.flat() });
  let arrived: (() => WireAnswer) | undefined;
  const answer = new Promise<WireAnswer>((resolve, reject) => {
    outgoing.once("error", reject);
    outgoing.once("response", (incoming) => {
      const chunks: Uint8Array[] = [];
      arrived = () => answerOf(incoming, chunks);
      read(incoming, chunks).then(resolve, reject);
    });
  });
  let ended = false;
  // Whoever abandons an exchange no longer looks at its answer.
  answer
    .catch(() => {})
    .finally(() => {
      ended = true;
    });
  for (const chunk of isPieces(body) ? body : []) outgoing.write(chunk);
  if (unfinished) outgoing.write(body);
  else outgoing.end(isPieces(body) ? undefined : body);
  return {
    answer,
    ended: () => ended,
    arrived: () => arrived?.(),
    bytesReceived: () => outgoing.socket?.bytesRead ?? 0,
    abandon: () => outgoing.destroy(),
  };
}

/** The value of a header; several lines are one list, as HTTP has it. */
export function headerOf(answer: WireAnswer, name: string): string | undefined {
  const values = linesOf(answer, name);
  return values.length === 0 ? undefined : values.join(", ");
}

/** The lines of a header. */
export function linesOf({ lines }: WireAnswer, name: string): readonly string[] {
  return lines.filter(([each]) => each === name.toLowerCase()).map(([, value]) => value);
}

/** The body as text. */
export function textOf({ body }: WireAnswer): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(body);
}

async function read(incoming: IncomingMessage, chunks: Uint8Array[]): Promise<WireAnswer> {
  for await (const chunk of incoming) chunks.push(chunk);
  return answerOf(incoming, chunks);
}

function answerOf(incoming: IncomingMessage, chunks: readonly Uint8Array[]): WireAnswer {
  const lines: HeaderLine[] = [];
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
    lines.push([(incoming.rawHeaders[index] ?? "").toLowerCase(), incoming.rawHeaders[index + 1] ?? ""]);
  }
  return { status: incoming.statusCode ?? 0, lines, body: new Uint8Array(Buffer.concat(chunks)) };
}

/** The line that says how long the body is. */
export function lengthOf(method: string, body: WireRequest["body"], unfinished = false): readonly HeaderLine[] {
  if (body === undefined) return /^(POST|PUT|PATCH)$/.test(method) ? [["Content-Length", "0"]] : [];
  return isPieces(body)
    ? [["Transfer-Encoding", "chunked"]]
    : [["Content-Length", String(body.byteLength + (unfinished ? 1 : 0))]];
}

function connection(agent: Agent | undefined): readonly HeaderLine[] {
  return [["Connection", agent === undefined ? "close" : "keep-alive"]];
}

function isPieces(body: WireRequest["body"]): body is readonly Uint8Array[] {
  return Array.isArray(body);
}
