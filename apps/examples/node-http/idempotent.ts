import type { IncomingMessage, ServerResponse } from "node:http";
import { createGuard, type GuardOptions } from "@oncekey/http";
import { HeldResponse, headerLines, requestBody, writeResponse } from "@oncekey/http/node";

type Handler = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/** The handler, once per idempotency key. What it writes is held until it is stored; a retry gets the same bytes. */
export function idempotent(handler: Handler, options: GuardOptions<IncomingMessage>): Handler {
  const guard = createGuard<IncomingMessage>(options);
  return async (req, res) => {
    const { method = "", url: target = "/" } = req;
    if (!guard.covers(method)) return handler(req, res);
    let held: HeldResponse | undefined;
    const handled = await guard.handle(
      {
        ...{ request: req, method, target, bodyWasRead: req.readableDidRead },
        lines: (name) => headerLines(req, name),
        readBody: (maxBytes) => requestBody(req, maxBytes), // and puts it back for the handler
      },
      async () => {
        held = new HeldResponse(res, guard.maxResponseBytes);
        await handler(req, res);
        return held.captured;
      },
    );
    if (handled.kind === "pass") return handler(req, res);
    if (handled.kind === "executed") return held?.release();
    const answer = handled.kind === "answer" ? handled.response : handled.answer;
    if (answer !== undefined) return held === undefined ? writeResponse(res, answer) : held.replaceWith(answer);
    held?.reset();
    if (handled.kind === "threw") throw handled.error;
  };
}
