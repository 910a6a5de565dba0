import { connect } from "node:net";
import type { HeaderLine } from "./scenario.js";
import type { WireAnswer } from "./wire.js";

const endOfHead = "\r\n\r\n";

/** Sends this body with each of these header lines in one go on one connection; answers come in the same order. */
export async function pipeline(
  url: URL,
  body: string,
  requests: readonly (readonly HeaderLine[])[],
): Promise<readonly WireAnswer[]> {
  const socket = connect({ host: url.hostname, port: Number(url.port || 80) });
  const answers: WireAnswer[] = [];
  try {
    socket.write(requests.map((headers) => requestText(url, body, headers)).join(""));
    let received = "";
    for await (const chunk of socket) {
      // One character for each byte, so that lengths are lengths of bytes.
      received += Buffer.from(chunk).toString("latin1");
      for (let next = takeAnswer(received); next !== undefined; next = takeAnswer(received)) {
        answers.push(next.answer);
        received = next.rest;
      }
      if (answers.length >= requests.length) break;
    }
  } finally {
    socket.destroy();
  }
  return answers;
}

function requestText(url: URL, body: string, headers: readonly HeaderLine[]): string {
  const lines = [
    `POST ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return lines.join("\r\n") + endOfHead + body;
}

/** Takes one whole answer off the front of what was received; `undefined` until it is all there. */
function takeAnswer(received: string): { answer: WireAnswer; rest: string } | undefined {
  const headEnd = received.indexOf(endOfHead);
  if (headEnd < 0) return undefined;
  const [statusLine = "", ...headerLines] = received.slice(0, headEnd).split("\r\n");
  const lines = headerLines.map((line): HeaderLine => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const headerValue = (name: string) => lines.find(([each]) => each === name)?.[1];
  const rest = received.slice(headEnd + endOfHead.length);
  const body =
    headerValue("transfer-encoding") === "chunked" ? takeChunks(rest) : take(rest, headerValue("content-length"));
  if (body === undefined) return undefined;
  const status = Number(statusLine.split(" ")[1]);
  return { answer: { status, lines, body: Uint8Array.from(Buffer.from(body.text, "latin1")) }, rest: body.rest };
}

interface Taken {
  readonly text: string;
  readonly rest: string;
}

function take(received: string, length = "0"): Taken | undefined {
  const end = Number(length);
  return received.length < end ? undefined : { text: received.slice(0, end), rest: received.slice(end) };
}

function takeChunks(received: string): Taken | undefined {
  let text = "";
  let rest = received;
  for (;;) {
    const lineEnd = rest.indexOf("\r\n");
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(rest.slice(0, lineEnd), 16);
    const end = lineEnd + 2 + size;
    if (rest.length < end + 2) return undefined;
    text += rest.slice(lineEnd + 2, end);
    rest = rest.slice(end + 2);
    if (size === 0) return { text, rest };
  }
}
