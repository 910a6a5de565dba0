/** @import { Operation, Stretch } from "./operation.js" */

const SHORTEST_MS = 1_500;

/**
 * Draws an operation: a lane for the record, one for the server, one for each client, over a common axis.
 * @param {HTMLElement} root
 * @param {Operation} operation
 */
export function drawTimeline(root, operation) {
  const spanMs = Math.max(SHORTEST_MS, operation.elapsedMs * 1.02);
  const percent = (/** @type {number} */ ms) => `${(100 * ms) / spanMs}%`;
  const bar = (/** @type {Stretch} */ { kind, label, fromMs, toMs = operation.elapsedMs }) => {
    const element = make("div", "bar", label);
    element.dataset["kind"] = kind;
    element.style.left = percent(fromMs);
    element.style.width = percent(toMs - fromMs);
    element.classList.toggle("slim", ((toMs - fromMs) / spanMs) * root.clientWidth < 8 * label.length + 24);
    return element;
  };
  const requests = operation.requests.map((request) => {
    const parts = [bar({ ...request, kind: "request", label: "" })];
    if (request.kind !== undefined) {
      const mark = make("i", "mark");
      mark.dataset["kind"] = request.kind;
      mark.style.left = percent(request.toMs ?? 0);
      parts.push(mark);
    }
    return { client: request.client, parts };
  });
  root.replaceChildren(
    lane("record", "Record", operation.record.map(bar)),
    lane("server", "Server", operation.server.map(bar)),
    ...Array.from({ length: operation.clients }, (_, client) => {
      const own = requests.filter((request) => request.client === client);
      return lane(
        "client",
        `Client ${client + 1}`,
        own.flatMap(({ parts }) => parts),
      );
    }),
    axis(spanMs, percent),
  );
}

/**
 * @param {string} kind
 * @param {string} name
 * @param {Element[]} parts
 */
function lane(kind, name, parts) {
  const element = make("div", "lane");
  element.dataset["lane"] = kind;
  const track = make("div", "track");
  track.append(...parts);
  element.append(make("span", "lane-name", name), track);
  return element;
}

/**
 * @param {number} spanMs
 * @param {(ms: number) => string} percent
 */
function axis(spanMs, percent) {
  const stepMs = [250, 500, 1_000, 2_000, 5_000, 10_000].find((ms) => spanMs / ms <= 7) ?? 20_000;
  const element = make("div", "axis");
  for (let ms = 0; ms <= spanMs * 0.97; ms += stepMs) {
    const tick = make("span", "", `${ms / 1_000} s`);
    tick.style.left = percent(ms);
    element.append(tick);
  }
  return element;
}

/**
 * @param {string} tag
 * @param {string} name
 * @param {string} [text]
 */
function make(tag, name, text = "") {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = text;
  return element;
}
