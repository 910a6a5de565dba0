/** What `fetch` itself takes as a body, in whichever runtime this is compiled for. */
export type FetchBody = NonNullable<RequestInit["body"]>;

/** What may be sent: whatever `fetch` takes, or a function that makes it anew for every attempt. */
export type OperationBody = FetchBody | null | (() => FetchBody | Promise<FetchBody>);

/** The body of an operation, the same for every attempt. */
export type BodySnapshot =
  | { readonly kind: "none" }
  /** Known bytes: nobody can change them between two attempts. */
  | { readonly kind: "bytes"; readonly body: string | Uint8Array<ArrayBuffer>; readonly contentType?: string }
  | { readonly kind: "factory"; readonly make: () => FetchBody | Promise<FetchBody> }
  /** Too long to keep, so it can be sent only once. */
  | { readonly kind: "once"; readonly body: ReadableStream<Uint8Array> };

const none: BodySnapshot = { kind: "none" };

/**
 * Takes down the bytes of a body before the first attempt.
 *
 * A form gets its boundary here, so that a retry has the same one; a stream is read to the end, unless it is longer than
 * `maxBytes`.
 *
 * @throws the signal's reason, when the caller leaves while a stream is read.
 */
export function snapshotBody(
  body: OperationBody | undefined,
  maxBytes: number,
  signal: AbortSignal | undefined,
): BodySnapshot | Promise<BodySnapshot> {
  if (body === undefined || body === null) return none;
  if (typeof body === "string") return { kind: "bytes", body, contentType: "text/plain;charset=UTF-8" };
  if (typeof body === "function") return { kind: "factory", make: body };
  if (body instanceof URLSearchParams) {
    return {
      kind: "bytes",
      body: body.toString(),
      contentType: "application/x-www-form-urlencoded;charset=UTF-8",
    };
  }
  if (body instanceof ArrayBuffer) return { kind: "bytes", body: new Uint8Array(body.slice(0)) };
  if (ArrayBuffer.isView(body)) return { kind: "bytes", body: copyOf(body) };
  if (body instanceof ReadableStream) return readStream(body, maxBytes, signal);
  return readWhole(body);
}

function copyOf(view: ArrayBufferView): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(view.byteLength);
  copy.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return copy;
}

/** Forms, blobs and what else a runtime takes: the runtime itself knows how to write them. */
async function readWhole(body: FetchBody): Promise<BodySnapshot> {
  const written = new Response(body);
  const contentType = written.headers.get("content-type");
  const bytes = new Uint8Array(await written.arrayBuffer());
  return { kind: "bytes", body: bytes, ...(contentType !== null && { contentType }) };
}

async function readStream(
  stream: ReadableStream,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<BodySnapshot> {
  const reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> = stream.getReader();
  // Ends the read that waits.
  const leave = () => void reader.cancel(signal?.reason).catch(() => {});
  if (signal?.aborted) leave();
  signal?.addEventListener("abort", leave, { once: true });
  const { chunks, length, ended } = await readUpTo(reader, maxBytes).finally(() => {
    signal?.removeEventListener("abort", leave);
  });
  signal?.throwIfAborted();
  if (ended) return { kind: "bytes", body: concatenate(chunks, length) };
  return { kind: "once", body: resumed(chunks, reader) };
}

/** Reads until the end, or until more than `maxBytes` have come. */
export async function readUpTo(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  maxBytes: number,
): Promise<{ readonly chunks: Uint8Array<ArrayBuffer>[]; readonly length: number; readonly ended: boolean }> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  while (length <= maxBytes) {
    const { done, value } = await reader.read();
    if (done) return { chunks, length, ended: true };
    chunks.push(value);
    length += value.byteLength;
  }
  return { chunks, length, ended: false };
}

export function concatenate(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

/** A stream of what was read already and of what is still to come. */
export function resumed(
  chunks: readonly Uint8Array[],
  reader: ReadableStreamDefaultReader<Uint8Array>,
): ReadableStream<Uint8Array> {
  const waiting = [...chunks];
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = waiting.shift();
      if (next !== undefined) return controller.enqueue(next);
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
