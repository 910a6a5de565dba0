import { header, type ProblemSlug } from "../../../http/src/protocol.js";
import {
  type Answer,
  booleanHeader,
  hasReplayedHeader,
  type Meaning,
  member,
  type ProtocolAdapter,
} from "./adapter.js";

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Problem types by their slug, as this project's own servers answer. */
const bySlug: { readonly [slug in ProblemSlug]?: Meaning } = {
  "key-missing": "key-required",
  "key-invalid": "final",
  "key-expired": "key-expired",
  "key-reused": "key-reused",
  "request-in-progress": "in-progress",
  "outcome-unknown": "outcome-unknown",
  "response-unavailable": "done",
  "store-unavailable": "not-executed",
};

/** Codes that other APIs use for the same (the Agentic Commerce Protocol's names, and near spellings). */
const byCode: { readonly [code: string]: Meaning } = {
  idempotency_in_flight: "in-progress",
  idempotency_key_in_use: "in-progress",
  idempotency_conflict: "key-reused",
  idempotency_key_reused: "key-reused",
  idempotency_key_required: "key-required",
};

/** Titles as in the draft's own examples, for servers that copied them and nothing more. */
const byTitle: readonly (readonly [RegExp, Meaning])[] = [
  [/outstanding for this idempotency-key/i, "in-progress"],
  [/idempotency-key is already used/i, "key-reused"],
  [/idempotency-key is missing/i, "key-required"],
];

/** The `Idempotency-Key` header of draft-ietf-httpapi-idempotency-key-header: a quoted string. The default. */
export const ietf: ProtocolAdapter = {
  name: "ietf",
  key: { in: "header", name: header.idempotencyKey, quoted: true },
  maxKeyLength: 255,
  keyWindowMs: DAY_MS,
  isReplay: hasReplayedHeader(header.replayed),
  recognise(answer) {
    const body = answer.json();
    const said = fromType(member(body, "type")) ?? fromCode(body) ?? fromTitle(member(body, "title"));
    // The answer was not kept, its status was: that of a failure is a failure still.
    if (said === "done" && Number(member(body, "originalStatus")) >= 400) return "final";
    return said ?? fromStatus(answer);
  },
  shouldRetry: ({ headers }) => booleanHeader(headers, "x-should-retry"),
};

function fromType(type: unknown): Meaning | undefined {
  if (typeof type !== "string") return undefined;
  const slug = type.slice(Math.max(type.lastIndexOf("/"), type.lastIndexOf("#")) + 1);
  return (bySlug as { readonly [slug: string]: Meaning | undefined })[slug] ?? byCode[slug];
}

function fromCode(body: unknown): Meaning | undefined {
  const code = member(body, "code") ?? member(body, "error", "code");
  return typeof code === "string" ? byCode[code] : undefined;
}

function fromTitle(title: unknown): Meaning | undefined {
  return typeof title === "string" ? byTitle.find(([pattern]) => pattern.test(title))?.[1] : undefined;
}

/** A conflict that says when to come back is one that passes; any other may be the application's own. */
function fromStatus({ status, headers }: Answer): Meaning | undefined {
  return status === 409 && headers.has(header.retryAfter) ? "in-progress" : undefined;
}
