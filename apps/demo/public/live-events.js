/**
 * What happened on the server.
 * @typedef {object} ServerEvent
 * @property {string} type
 * @property {string} id
 * @property {number} at When it happened, by this page's `performance.now()`.
 * @property {number} [attempt]
 * @property {boolean} [takeOver]
 * @property {boolean} [late]
 */

/**
 * Listens to the server, and goes on listening when it comes back.
 * @param {{
 *   up: (about: { storage: string, restarted: boolean }) => void,
 *   down: () => void,
 *   event: (event: ServerEvent) => void,
 * }} told
 */
export function listen(told) {
  /** @type {string | undefined} */
  let lastRun;
  const source = new EventSource("/demo/events");
  // The server's clock is another one. What came quickest tells best by how much.
  let offsetMs = Number.POSITIVE_INFINITY;
  const compare = (/** @type {number} */ serverMs) => {
    offsetMs = Math.min(offsetMs, performance.now() - serverMs);
  };
  source.addEventListener("hello", (message) => {
    const { run, storage, nowMs } = JSON.parse(message.data);
    compare(nowMs);
    told.up({ storage, restarted: lastRun !== undefined && lastRun !== run });
    lastRun = run;
  });
  source.addEventListener("message", (message) => {
    const { atMs, ...event } = JSON.parse(message.data);
    compare(atMs);
    told.event({ ...event, at: atMs + offsetMs });
  });
  source.addEventListener("error", () => told.down());
}
