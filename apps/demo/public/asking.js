/**
 * How the page and the storm ask: with the client of this project, patiently, and watched.
 *
 * The page is given the client as a file of its own, Node as a package; so it is handed in.
 */

/**
 * What is told of each step.
 * @typedef {object} Watcher
 * @property {() => void} [sent] Before each request.
 * @property {(answer: { status: number, headers: Headers }) => void} [answered] A whole answer has come.
 * @property {(attempt: number) => void} [lost] None came: it is not known what the server did.
 */

/** A crashed server is waited for, and so is the lease that it left behind: the number of attempts sets no limit. */
const patience = { maxAttempts: 1_000, attemptTimeoutMs: 30_000, deadlineMs: 120_000, baseMs: 200, capMs: 2_000 };

/**
 * @param {typeof import("@oncekey/client").createIdempotentFetch} createIdempotentFetch
 * @param {Watcher} [watcher]
 */
export function createAsking(createIdempotentFetch, { sent, answered, lost } = {}) {
  return createIdempotentFetch({
    retry: patience,
    // Most requests of a storm are meant to fail; anywhere else a budget keeps retries from adding to the trouble.
    budget: false,
    on: (event) => {
      if (event.type === "attempt") sent?.();
      else if (event.type === "answered") answered?.(event);
      else if (event.type === "lost") lost?.(event.number);
    },
  });
}
