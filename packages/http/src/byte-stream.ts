/** The beginning of a stream: all of it, or as much as tells that it is too large, with what follows. */
export type Beginning =
  | { readonly whole: true; readonly bytes: Uint8Array }
  | {
      readonly whole: false;
      readonly chunks: readonly Uint8Array[];
      readonly reader: ReadableStreamDefaultReader<Uint8Array>;
    };

/** Reads a stream to its end, or until there is more than `maxBytes`. */
export async function readUpTo(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Beginning> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    chunks.push(read.value);
    length += read.value.byteLength;
    if (length > maxBytes) return { whole: false, chunks, reader };
  }
  return { whole: true, bytes: concat(chunks, length) };
}

/** The stream again from its start: what was read of it, and then the rest as it comes. */
export function resume({ chunks, reader }: Extract<Beginning, { whole: false }>): ReadableStream<Uint8Array> {
  let next = 0;
  return new ReadableStream({
    async pull(controller) {
      const chunk = chunks[next];
      if (chunk !== undefined) {
        next += 1;
        controller.enqueue(chunk);
        return;
      }
      const read = await reader.read();
      if (read.done) controller.close();
      else controller.enqueue(read.value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** Joins chunks whose lengths add up to `length`. */
export function concat(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const all = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return all;
}
