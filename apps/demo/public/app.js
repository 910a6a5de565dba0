import { faults } from "./faults.js";
import { showFrameworks } from "./frameworks.js";
import { listen } from "./live-events.js";
import { Operation } from "./operation.js";
import { drawTimeline } from "./timeline.js";

const view = {
  server: byId("server"),
  controls: byId("controls"),
  fieldset: one("fieldset", HTMLFieldSetElement),
  hint: byId("hint"),
  clients: one("#clients", HTMLInputElement),
  clientsValue: byId("clients-value"),
  create: one("#create", HTMLButtonElement),
  again: one("#again", HTMLButtonElement),
  stop: one("#stop", HTMLButtonElement),
  verdict: byId("verdict"),
  record: byId("record"),
  timeline: byId("timeline"),
  log: byId("log"),
  answer: byId("answer"),
  answerNote: byId("answer-note"),
};
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
const REDRAW_EVERY_MS = 1_000;

/** @type {Operation | undefined} */
let operation;
/** @type {AbortController | undefined} */
let running;
let logged = 0;

listen({
  up({ storage, restarted }) {
    show(view.server, "up", restarted ? `server restarted, ${storage}` : `server up, ${storage}`);
    operation?.serverUp();
    draw();
  },
  down() {
    show(view.server, "down", "server down, reconnecting");
    operation?.serverDown();
    draw();
  },
  event(event) {
    operation?.note(event);
    draw();
  },
});

view.controls.addEventListener("submit", (event) => {
  event.preventDefault();
  const [name, key] = [randomName(), randomName() + randomName()];
  operation = new Operation(`page-${key}`, `person-${name.slice(0, 6)}`);
  void run(operation);
});
view.again.addEventListener("click", () => operation && void run(operation));
view.stop.addEventListener("click", () => running?.abort());
view.clients.addEventListener("input", showClients);
view.controls.addEventListener("change", showHint);
addEventListener("resize", draw);
void showFrameworks(byId("frameworks"), byId("framework-code"));
showClients();
showHint();

/** @param {Operation} current */
async function run(current) {
  if (running !== undefined) return;
  running = new AbortController();
  logged = 0;
  view.answer.textContent = "";
  view.answerNote.textContent = "What every client gets.";
  show(view.verdict, "busy", "Asking …");
  // Before the fields are disabled: a disabled one has no value.
  const { headers } = chosen();
  setBusy(true);
  animate(running.signal);
  try {
    await current.ask(Number(view.clients.value), headers, running.signal);
    conclude(current);
  } catch (error) {
    const stopped = running.signal.aborted;
    const why = error instanceof Error ? error.message : String(error);
    show(
      view.verdict,
      stopped ? "idle" : "bad",
      stopped ? "Stopped. The operation may have been done." : `No answer: ${why}`,
    );
  } finally {
    running.abort();
    running = undefined;
    setBusy(false);
    draw();
  }
}

/** @param {Operation} current */
function conclude(current) {
  const [answer = ""] = current.answers;
  const same = current.answers.every((other) => other === answer);
  const [status, body = ""] = answer.split("\n");
  const { requests, billed } = current.counts;
  const good = same && status === "201" && billed === 1;
  const people = current.clients === 1 ? "The client has its" : `All ${current.clients} clients have the same`;
  show(
    view.verdict,
    good ? "good" : "bad",
    good
      ? `${people} answer. ${plural(requests, "request")}, one check billed.`
      : `${plural(billed, "check")} billed, ${same ? "the same answer" : "different answers"} for all, status ${status}.`,
  );
  view.answerNote.textContent = `${status}, the same ${new TextEncoder().encode(body).length} bytes for everyone.`;
  if (!same) view.answerNote.textContent = "The clients got different answers. This is the first one.";
  view.answer.textContent = pretty(body);
  view.timeline.setAttribute("aria-label", `${view.verdict.textContent} The steps are listed below.`);
}

/** Draws while something is going on; seldom where motion is not wanted. @param {AbortSignal} signal */
function animate(signal) {
  let drawnAt = 0;
  const frame = (/** @type {number} */ now) => {
    if (signal.aborted) return;
    if (!reducedMotion.matches || now - drawnAt >= REDRAW_EVERY_MS) {
      drawnAt = now;
      draw();
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

function draw() {
  if (operation === undefined || operation.clients === 0) return;
  for (const [name, value] of Object.entries(operation.counts)) byId(name).textContent = String(value);
  view.record.textContent = `record ${operation.id.slice(0, 12)}…`;
  drawTimeline(view.timeline, operation);
  logSteps(operation);
}

/** @param {Operation} current */
function logSteps({ steps }) {
  if (steps.length === logged) return;
  logged = steps.length;
  view.log.replaceChildren(
    ...steps.map(({ atMs, text, kind }) => {
      const line = document.createElement("li");
      const time = document.createElement("time");
      time.textContent = `${(atMs / 1_000).toFixed(2)} s`;
      line.append(time, text);
      if (kind !== undefined) line.dataset["kind"] = kind;
      return line;
    }),
  );
}

function chosen() {
  const value = new FormData(one("#controls", HTMLFormElement)).get("fault");
  return faults[String(value)] ?? { headers: {}, hint: "" };
}

function showHint() {
  view.hint.textContent = chosen().hint;
}

function showClients() {
  view.clientsValue.textContent = view.clients.value;
}

/** @param {boolean} busy */
function setBusy(busy) {
  view.fieldset.disabled = busy;
  view.clients.disabled = busy;
  view.create.disabled = busy;
  view.again.hidden = busy;
  view.again.disabled = busy;
  view.stop.hidden = !busy;
}

/**
 * @param {HTMLElement} element
 * @param {string} state
 * @param {string} text
 */
function show(element, state, text) {
  element.dataset["state"] = state;
  element.textContent = text;
}

/** @param {string} json */
function pretty(json) {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    // Shown as it came.
    return json;
  }
}

/**
 * @param {number} count
 * @param {string} noun
 */
function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** @param {string} id */
function byId(id) {
  return one(`#${id}`, HTMLElement);
}

/**
 * @template {Element} Kind
 * @param {string} selector
 * @param {{ new (): Kind }} kind
 * @returns {Kind}
 */
function one(selector, kind) {
  const element = document.querySelector(selector);
  if (element instanceof kind) return element;
  throw new Error(`the page has no ${selector}`);
}

/** `crypto.randomUUID` is not there on a page that came over plain HTTP from afar. */
function randomName() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
