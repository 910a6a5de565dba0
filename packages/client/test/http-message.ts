/** How many bytes the HTTP/1.1 message has that these bytes begin with; `undefined` while its end is not among them. */
export function messageLength(bytes: Buffer): number | undefined {
  const bodyStart = endOf(bytes, "\r\n\r\n", 0);
  if (bodyStart === undefined) return undefined;
  const head = bytes.subarray(0, bodyStart).toString("latin1");
  if (/^transfer-encoding: *chunked/im.test(head)) return endOf(bytes, "\r\n0\r\n\r\n", bodyStart - 2);
  const length = bodyStart + Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  return bytes.length < length ? undefined : length;
}

function endOf(bytes: Buffer, mark: string, from: number): number | undefined {
  const at = bytes.indexOf(mark, from);
  return at === -1 ? undefined : at + mark.length;
}

/** The head of a message, with the empty line after it, and its body. */
export function parted(message: Buffer): { readonly head: Buffer; readonly body: Buffer } {
  const bodyStart = endOf(message, "\r\n\r\n", 0) ?? message.length;
  return { head: message.subarray(0, bodyStart), body: message.subarray(bodyStart) };
}

/** The same answer as a gateway passes it on that does not know the length: all of the body in one chunk, and no last one. */
export function chunkedWithoutEnd(message: Buffer): Buffer {
  const { head, body } = parted(message);
  const lines = head
    .toString("latin1")
    .replace(/^content-length:.*\r\n/im, "")
    .replace(/\r\n$/, "");
  const chunk = Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from("\r\n")]);
  return Buffer.concat([Buffer.from(`${lines}transfer-encoding: chunked\r\n\r\n`, "latin1"), chunk]);
}

/** An answer of a gateway's own. */
export function ownAnswer(status: number, headers: Readonly<Record<string, string>> = {}, body?: unknown): string {
  const text = body === undefined ? "<html>the gateway</html>" : JSON.stringify(body);
  const type = body === undefined ? "text/html" : "application/problem+json";
  const lines = Object.entries({ "content-type": type, "content-length": text.length, ...headers });
  return `HTTP/1.1 ${status} x\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${text}`;
}
