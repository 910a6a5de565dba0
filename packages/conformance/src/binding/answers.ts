import { check, equal } from "../expect.js";
import { jsonObject } from "./probe.js";
import { headerOf, linesOf, textOf, type WireAnswer } from "./wire.js";

/** The header that marks a replay. */
export const marker = "idempotent-replayed";

/** The headers of an answer that its replay carries, as far as the application sent them. */
const stored = [
  "content-type",
  "content-language",
  "content-location",
  "location",
  "etag",
  "last-modified",
  "link",
  "content-disposition",
  "retry-after",
];

/** The cases in which a binding answers by itself; the type of each ends in its name. */
export type Problem =
  | "key-missing"
  | "key-invalid"
  | "key-reused"
  | "request-in-progress"
  | "response-unavailable"
  | "store-unavailable"
  | "body-too-large"
  | "too-many-keys";

const statusOf: Readonly<Record<Problem, number>> = {
  "key-missing": 400,
  "key-invalid": 400,
  "key-reused": 422,
  "request-in-progress": 409,
  "response-unavailable": 409,
  "store-unavailable": 503,
  "body-too-large": 413,
  "too-many-keys": 429,
};

/** Fails unless the answer came from the application, this time. */
export function isFirst(answer: WireAnswer, status: number, what = "the first answer"): void {
  equal(answer.status, status, `${what}: status`);
  equal(linesOf(answer, marker), [], `${what}: ${marker}`);
}

/** Fails unless `answer` repeats `first`: status, stored headers and every byte, and says so. */
export function isReplayOf(answer: WireAnswer, first: WireAnswer, what = "the replay"): void {
  equal(answer.status, first.status, `${what}: status`);
  equal(linesOf(answer, marker), ["true"], `${what}: ${marker}`);
  for (const name of stored) equal(headerOf(answer, name), headerOf(first, name), `${what}: ${name}`);
  equal(answer.body, first.body, `${what}: body`);
}

/** Fails unless the binding refused, for this reason; answers the problem's members. */
export function isProblem(answer: WireAnswer, problem: Problem, what = "the answer"): Record<string, unknown> {
  equal(answer.status, statusOf[problem], `${what}: status (${problem})`);
  equal(mediaType(answer), "application/problem+json", `${what}: media type`);
  equal(linesOf(answer, marker), [], `${what}: ${marker}`);
  return jsonObject(textOf(answer), what);
}

/** Fails unless the answer tells in whole seconds when to come back, and not later than a lease takes. */
export function tellsWhenToRetry(answer: WireAnswer, atMostSeconds: number): void {
  const value = headerOf(answer, "retry-after") ?? "";
  check(/^\d+$/.test(value), `retry-after: expected whole seconds, got ${JSON.stringify(value)}`);
  const seconds = Number(value);
  check(seconds >= 1 && seconds <= atMostSeconds, `retry-after: expected 1 to ${atMostSeconds}, got ${seconds}`);
}

/** Tells whether the answer is a replay. */
export function isReplayed(answer: WireAnswer): boolean {
  return linesOf(answer, marker).length > 0;
}

function mediaType(answer: WireAnswer): string {
  return (headerOf(answer, "content-type") ?? "").split(";", 1)[0] ?? "";
}
