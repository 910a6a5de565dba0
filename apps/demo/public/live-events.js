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
  // The server's clock is another one; its greeting says what it shows now.
  let offsetMs = 0;
  source.addEventListener("hello", (message) => {
    const { run, storage, nowMs } = JSON.parse(message.data);
    offsetMs = performance.now() - nowMs;
    told.up({ storage, restarted: lastRun !== undefined && lastRun !== run });
    lastRun = run;
  });
  source.addEventListener("message", (message) => {
    const { atMs, ...event } = JSON.parse(message.data);
    told.event({ ...event, at: atMs + offsetMs });
  });
  source.addEventListener("error", () => told.down());
}
