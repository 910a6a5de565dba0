import { parseIdempotencyKey } from "@oncekey/http";
import { type Dialect, type Refusal, refusalIn } from "./dialect.js";
import type { Judged } from "./judged.js";

/** An answer with its header lines; names in lower case. */
export interface Message {
  readonly status: number;
  readonly lines: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** What is known about the request that was answered without its handler. */
export interface Asked {
  readonly keyLines: readonly string[];
  /** The last answer of a handler to the same caller on the same route, if there was one. */
  readonly first: Omit<Message, "body"> | undefined;
  readonly storeIsDown: boolean;
}

/** What the suite expects of a refusal's form. */
const forms: Readonly<Record<Refusal, { readonly status: number; readonly retryable: boolean }>> = {
  "key-missing": { status: 400, retryable: false },
  "key-invalid": { status: 400, retryable: false },
  "key-reused": { status: 422, retryable: false },
  "request-in-progress": { status: 409, retryable: true },
  "store-unavailable": { status: 503, retryable: true },
  "body-too-large": { status: 413, retryable: false },
};

const problemHeaders = [
  ["content-type", "application/problem+json"],
  ["cache-control", "no-store"],
] as const;

const replacedInRefusals = new Set(["content-type", "content-length", "cache-control", "etag", "idempotent-replayed"]);

/** Headers that describe an answer, which a library may have dropped from its replay, or made anew. */
const describing = new Set([
  "location",
  "etag",
  "content-language",
  "content-location",
  "last-modified",
  "link",
  "x-listed",
]);

/** An answer that no handler gave, in the suite's words: a refusal if it is one, else a replay. */
export function translate(answer: Message, dialect: Dialect, judged: Judged, asked: Asked): Message {
  if (judged === "as it is") return answer;
  const refusal = refusalOf(answer, dialect, asked);
  return refusal === undefined ? asReplay(answer, judged, asked) : asRefusal(answer, refusal, asked);
}

function refusalOf(answer: Message, dialect: Dialect, { keyLines, storeIsDown }: Asked): Refusal | undefined {
  const said = refusalIn(dialect, new TextDecoder().decode(answer.body));
  if (said === "key-missing" && keyLines.length > 0) return "key-invalid";
  if (said === undefined && storeIsDown && answer.status >= 500) return "store-unavailable";
  return said;
}

function asRefusal(answer: Message, refusal: Refusal, { keyLines }: Asked): Message {
  const { status, retryable } = forms[refusal];
  const reason = refusal === "key-invalid" ? { reason: parseIdempotencyKey(keyLines).error?.code ?? "refused" } : {};
  const problem = { type: `urn:oncekey-compare:${refusal}`, title: refusal, status, retryable, ...reason };
  const own = answer.lines.filter(([name]) => !replacedInRefusals.has(name));
  const isTimed = own.some(([name]) => name === "retry-after");
  return {
    status,
    lines: [...own, ...problemHeaders, ...(retryable && !isTimed ? [["retry-after", "1"] as const] : [])],
    body: new TextEncoder().encode(JSON.stringify({ ...problem, detail: new TextDecoder().decode(answer.body) })),
  };
}

function asReplay({ status, lines, body }: Message, judged: Judged, { first }: Asked): Message {
  const restored = judged === "in substance" && first?.status === status;
  const own = lines.filter(([name]) => name !== "idempotent-replayed" && !(restored && describing.has(name)));
  const firsts = restored ? first.lines.filter(([name]) => describing.has(name)) : [];
  return { status, lines: [...own, ...firsts, ["idempotent-replayed", "true"]], body };
}
