import type { AnswerBody } from "./answer.js";

/** A body that is more than one piece of bytes. */
type PiecewiseBody = Extract<AnswerBody, { readonly kind: "stream" | "events" }>;

/**
 * The body of an answer as a stream, for frameworks that are given one; `Readable.fromWeb` makes it one of Node.
 *
 * That of `stream` comes piece by piece, and fails after the last where it breaks off. That of `events` has all of them at
 * once, and stays open until it is cancelled.
 */
export function streamOf(body: PiecewiseBody): ReadableStream<Uint8Array<ArrayBuffer>> {
  if (body.kind === "events") {
    return new ReadableStream({
      start(controller) {
        for (const event of body.events) controller.enqueue(event);
      },
      cancel: body.gone,
    });
  }
  const left = [...body.pieces];
  return new ReadableStream({
    pull(controller) {
      const piece = left.shift();
      if (piece !== undefined) controller.enqueue(piece);
      else if (body.breaksOff) controller.error(new Error("this answer breaks off because its script says so"));
      else controller.close();
    },
  });
}
