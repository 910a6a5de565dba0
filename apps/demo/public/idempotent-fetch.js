/**
 * A fetch that may be repeated: one key for one call, sent with every repetition, until there is a final answer.
 *
 * The page and the storm both use it. It knows as much of the protocol as they need, and keeps its keys in memory only.
 */

/**
 * What is told of each step, for those who watch.
 * @typedef {object} Hooks
 * @property {(attempt: number) => void} [sent] Before each request; counts from 1.
 * @property {(attempt: number, response: Response) => void} [answered] The whole answer has come.
 * @property {(attempt: number, error: unknown) => void} [lost] None came: it is not known what the server did.
 * @property {(ms: number) => void} [waiting] Before a repetition.
 */

/**
 * @typedef {object} Options
 * @property {typeof fetch} [fetch]
 * @property {string} [idempotencyKey] Default: a new one for each call.
 * @property {number} [attemptTimeoutMs] After this long an answer counts as lost. Default 30 s.
 * @property {number} [deadlineMs] After this long nothing is repeated any more. Default 120 s.
 * @property {number} [baseMs] The most that is waited before the first repetition; doubles. Default 200 ms.
 * @property {number} [capMs] The most that is waited where the server does not say. Default 2 s.
 * @property {Hooks} [hooks]
 */

const RETRYABLE = [408, 425, 429, 500, 502, 503, 504];

/**
 * Makes such a fetch. Its promise rejects with the last error where the deadline passed without an answer, and with the
 * signal's reason where the caller gave up; the operation may have been done in both cases.
 *
 * @param {Options} [options]
 * @returns {(input: string | URL, init?: RequestInit) => Promise<Response>}
 */
export function createIdempotentFetch(options = {}) {
  const { deadlineMs = 120_000, baseMs = 200, capMs = 2_000, hooks = {} } = options;
  return async (input, init = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has("idempotency-key")) headers.set("idempotency-key", options.idempotencyKey ?? newKey());
    const deadline = Date.now() + deadlineMs;
    for (let attempt = 1; ; attempt++) {
      const outcome = await once(input, { ...init, headers }, attempt, options);
      const backoffMs = Math.random() * Math.min(capMs, baseMs * 2 ** (attempt - 1));
      const pauseMs = "response" in outcome ? pauseAfter(outcome.response, backoffMs) : backoffMs;
      if (pauseMs === undefined || Date.now() + pauseMs > deadline) {
        if ("response" in outcome) return outcome.response;
        throw outcome.error;
      }
      hooks.waiting?.(pauseMs);
      await pause(pauseMs, init.signal);
    }
  };
}

/** A key that no other operation has. `randomUUID` is not there on a page that came over plain HTTP from afar. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {string | URL} input
 * @param {RequestInit} init
 * @param {number} attempt
 * @param {Options} options
 * @returns {Promise<{ response: Response } | { error: unknown }>}
 */
async function once(input, init, attempt, { fetch: send = fetch, attemptTimeoutMs = 30_000, hooks = {} }) {
  hooks.sent?.(attempt);
  try {
    const timeout = AbortSignal.timeout(attemptTimeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
    const response = await whole(await send(input, { ...init, signal }));
    hooks.answered?.(attempt, response);
    return { response };
  } catch (error) {
    if (init.signal?.aborted) throw init.signal.reason;
    hooks.lost?.(attempt, error);
    return { error };
  }
}

/**
 * An answer that breaks off is no answer, whatever its status.
 * @param {Response} response
 */
async function whole(response) {
  const { status, statusText, headers } = response;
  const body = await response.arrayBuffer();
  return new Response(body.byteLength > 0 ? body : null, { status, statusText, headers });
}

/**
 * How long to wait before asking again; undefined where the answer is final.
 * @param {Response} response
 * @param {number} backoffMs
 * @returns {number | undefined}
 */
function pauseAfter({ status, headers }, backoffMs) {
  const retryAfter = headers.get("retry-after");
  // A refusal because the first request still runs says when to come back; other conflicts do not.
  if (status === 409 ? retryAfter === null : !RETRYABLE.includes(status)) return undefined;
  // A failure that was stored is the final answer.
  if (headers.get("idempotent-replayed") === "true") return undefined;
  // Asked to wait, nobody comes earlier, and not all at once.
  return /^\d+$/.test(retryAfter ?? "") ? Number(retryAfter) * 1_000 + backoffMs / 10 : backoffMs;
}

/**
 * @param {number} ms
 * @param {AbortSignal | null | undefined} signal
 * @returns {Promise<void>}
 */
function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
