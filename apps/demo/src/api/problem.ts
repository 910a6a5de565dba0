import { STATUS_CODES } from "node:http";
import type { ErrorRequestHandler, RequestHandler } from "express";
import { VendorKeyReused } from "../vendor/vendor.js";

/** A refusal, in words for the client. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;

  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

/** For addresses that lead nowhere. */
export const nothingHere: RequestHandler = (req) => {
  throw new Problem(404, `There is nothing at ${req.method} ${req.path}.`);
};

/** Answers errors with problem details (RFC 9457). What the client cannot mend is logged here and not told there. */
export const answerProblem: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (res.headersSent) {
    next(error);
    return;
  }
  const { status, message: detail } = problemOf(error);
  if (status >= 500 && !(error instanceof Problem)) console.error(`${req.method} ${req.path} failed:`, error);
  res
    .status(status)
    .type("application/problem+json")
    .set("Cache-Control", "no-store")
    .send(JSON.stringify({ type: "about:blank", title: STATUS_CODES[status] ?? "Error", status, detail }));
};

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof VendorKeyReused) {
    return new Problem(422, "A check for another person was billed under this Idempotency-Key. Use a new key.");
  }
  const refusal = refusalOfExpress(error);
  return refusal ?? new Problem(500, "Something failed on our side. Retry with the same Idempotency-Key.");
}

/** Express's parsers and router throw errors that bear a status below 500 and a message that may be told. */
function refusalOfExpress(error: unknown): Problem | undefined {
  if (!(error instanceof Error) || !("status" in error) || typeof error.status !== "number") return undefined;
  if (error.status < 400 || error.status >= 500) return undefined;
  const isSyntax = "type" in error && error.type === "entity.parse.failed";
  return new Problem(error.status, isSyntax ? `The body is not JSON: ${error.message}.` : `${error.message}.`);
}
