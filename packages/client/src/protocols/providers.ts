import { type Answer, booleanHeader, hasReplayedHeader, member, type ProtocolAdapter } from "./adapter.js";
import { ietf } from "./ietf.js";

const HOUR_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * HOUR_MS;

/** Stripe: a bare key; 409 is always a running attempt; a reused key is a 400; keys are kept 24 hours. */
export const stripe: ProtocolAdapter = {
  name: "stripe",
  key: { in: "header", name: "Idempotency-Key" },
  maxKeyLength: 255,
  keyWindowMs: DAY_MS,
  isReplay: hasReplayedHeader("Idempotent-Replayed"),
  recognise(answer) {
    if (answer.status === 409) return "in-progress";
    return member(answer.json(), "error", "type") === "idempotency_error" ? "key-reused" : undefined;
  },
  shouldRetry: ({ headers }) => booleanHeader(headers, "stripe-should-retry"),
};

/** Adyen: keys of at most 64 characters; error 704 is a running attempt; it says which failures pass. */
export const adyen: ProtocolAdapter = {
  name: "adyen",
  key: { in: "header", name: "Idempotency-Key" },
  maxKeyLength: 64,
  keyWindowMs: 7 * DAY_MS,
  recognise: (answer) => (String(member(answer.json(), "errorCode")) === "704" ? "in-progress" : undefined),
  shouldRetry: ({ headers }) => booleanHeader(headers, "transient-error"),
};

/** Square: the key is the member `idempotency_key` of the JSON body, of at most 45 characters. */
export const square: ProtocolAdapter = {
  name: "square",
  key: { in: "body", field: "idempotency_key" },
  methods: ["POST", "PUT", "PATCH"],
  maxKeyLength: 45,
  keyWindowMs: DAY_MS,
  recognise: (answer) =>
    member(answer.json(), "errors", 0, "code") === "IDEMPOTENCY_KEY_REUSED" ? "key-reused" : undefined,
};

/** PayPal: the header `PayPal-Request-Id`. How long it is kept depends on the API; six hours is the least documented. */
export const paypal: ProtocolAdapter = {
  name: "paypal",
  key: { in: "header", name: "PayPal-Request-Id" },
  maxKeyLength: 108,
  keyWindowMs: 6 * HOUR_MS,
  recognise(answer) {
    const issues = issuesOf(answer);
    if (issues.includes("PREVIOUS_REQUEST_IN_PROGRESS")) return "in-progress";
    return issues.includes("DUPLICATE_REQUEST_ID") || issues.includes("PAYPAL_REQUEST_ID_PREVIOUSLY_USED")
      ? "key-reused"
      : undefined;
  },
};

function issuesOf(answer: Answer): readonly unknown[] {
  const body = answer.json();
  const details = member(body, "details");
  const issues = Array.isArray(details) ? details.map((detail) => member(detail, "issue")) : [];
  return [member(body, "name"), ...issues];
}

/** Didit: a bare `Idempotency-Key`, on PUT as well; otherwise as the draft. */
export const didit: ProtocolAdapter = {
  ...ietf,
  name: "didit",
  key: { in: "header", name: "Idempotency-Key" },
  methods: ["POST", "PUT", "PATCH"],
};
