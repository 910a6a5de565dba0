import { createAsking } from "./asking.js";
import { createIdempotentFetch } from "./client.js";

const ACCOUNT = { "x-api-key": "demo-acme" };

/**
 * One request of one client.
 * @typedef {object} RequestSpan
 * @property {number} client
 * @property {number} fromMs
 * @property {number} [toMs]
 * @property {"first" | "replay" | "wait" | "failed" | "lost"} [kind]
 */

/**
 * A stretch in the life of the record or of the server; without `toMs` it lasts.
 * @typedef {object} Stretch
 * @property {string} kind
 * @property {string} label
 * @property {number} fromMs
 * @property {number} [toMs]
 */

/**
 * One line for people.
 * @typedef {object} Step
 * @property {number} atMs
 * @property {string} text
 * @property {"good" | "bad"} [kind]
 */

/** One operation: one key, asked for by several clients, and all that became of it. Times count from the last begin. */
export class Operation {
  counts = { requests: 0, executions: 0, replays: 0, conflicts: 0, billed: 0 };
  /** @type {RequestSpan[]} */
  requests = [];
  /** @type {Stretch[]} */
  record = [];
  /** @type {Stretch[]} */
  server = [];
  /** @type {Step[]} */
  steps = [];
  /** The final answers, as text. @type {string[]} */
  answers = [];
  /** The record's id; known when it begins. */
  id = "";
  clients = 0;
  /** The latest attempt of which anything is known. */
  #attempt = 0;
  #beganAt = 0;
  /** @type {number | undefined} */
  #endedAt;

  /**
   * @param {string} key
   * @param {string} person
   */
  constructor(key, person) {
    this.key = key;
    this.person = person;
  }

  /** How long it has been going on, or went on. */
  get elapsedMs() {
    return (this.#endedAt ?? performance.now()) - this.#beganAt;
  }

  /**
   * Asks by several clients at once, and resolves when each has its final answer.
   * @param {number} clients
   * @param {Record<string, string>} faultHeaders
   * @param {AbortSignal} signal
   */
  async ask(clients, faultHeaders, signal) {
    this.id = (await this.#readRecord(signal)).id;
    this.clients = clients;
    this.requests = [];
    this.steps = [];
    this.answers = [];
    this.#endedAt = undefined;
    this.#beganAt = performance.now();
    this.server = [{ kind: "up", label: "", fromMs: 0 }];
    this.record = this.record.slice(-1).map((last) => ({ ...last, fromMs: 0 }));
    try {
      const asking = Array.from({ length: clients }, (_, client) => this.#askAs(client, faultHeaders, signal));
      this.answers = await Promise.all(asking);
      await this.#catchUp(signal);
      this.counts.billed = await this.#billed(signal);
    } finally {
      this.#endedAt = performance.now();
    }
  }

  /**
   * Takes note of what the server tells about this record.
   * @param {import("./live-events.js").ServerEvent} event
   */
  note({ type, id, at, attempt = 0, takeOver = false }) {
    if (id !== this.id) return;
    const atMs = Math.max(0, at - this.#beganAt);
    if (type === "started") this.#started(attempt, takeOver, atMs);
    else if (type === "completed") this.#completed(atMs);
    else if (type === "billed") {
      this.counts.billed++;
      this.#step("The vendor bills the check", { atMs });
    } else if (type === "billed-before") {
      this.#step("The vendor knows its key: not billed again", { atMs, kind: "good" });
    } else if (type === "released") {
      this.#turn(this.record, "released", "", atMs);
      this.#step("The attempt failed; the key is free again", { atMs });
    } else if (type === "lease-lost" || type === "superseded") {
      this.#step(`Attempt ${attempt} lost its lease`, { atMs, kind: "bad" });
    }
  }

  /**
   * Looks at the record itself, in case that the server could not be listened to again in time.
   * @param {AbortSignal} signal
   */
  async #catchUp(signal) {
    for (let waits = 0; waits < 30 && this.server.at(-1)?.kind === "down"; waits++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const { state, attempt } = await this.#readRecord(signal);
    if (attempt !== undefined) this.#started(attempt, this.#attempt > 0, this.elapsedMs);
    if (state === "completed") this.#completed(this.elapsedMs);
  }

  /**
   * @param {number} attempt
   * @param {boolean} takeOver
   * @param {number} atMs
   */
  #started(attempt, takeOver, atMs) {
    if (attempt <= this.#attempt) return;
    this.#attempt = attempt;
    this.counts.executions = attempt;
    this.#turn(this.record, "running", `attempt ${attempt}`, atMs);
    this.#step(`Attempt ${attempt} ${takeOver ? "takes over" : "begins"}`, { atMs });
  }

  /** @param {number} atMs */
  #completed(atMs) {
    if (this.record.at(-1)?.kind === "completed") return;
    this.#turn(this.record, "completed", "completed", atMs);
    this.#step("The answer is stored", { atMs, kind: "good" });
  }

  serverDown() {
    if (this.#endedAt !== undefined || this.server.at(-1)?.kind === "down") return;
    this.#turn(this.server, "down", "");
    if (this.record.at(-1)?.kind === "running") this.#turn(this.record, "lapsing", "lease runs out");
    this.#step("The server is gone", { kind: "bad" });
  }

  serverUp() {
    if (this.#endedAt !== undefined || this.server.at(-1)?.kind !== "down") return;
    this.#turn(this.server, "up", "");
    this.#step("The server is back");
  }

  /**
   * @param {number} client
   * @param {Record<string, string>} faultHeaders
   * @param {AbortSignal} signal
   */
  async #askAs(client, faultHeaders, signal) {
    /** @type {RequestSpan} */
    let span = { client, fromMs: 0 };
    let waited = false;
    const end = (/** @type {RequestSpan["kind"]} */ kind) => Object.assign(span, { toMs: this.elapsedMs, kind });
    const send = createAsking(createIdempotentFetch, {
      sent: () => {
        this.counts.requests++;
        span = { client, fromMs: this.elapsedMs };
        this.requests.push(span);
      },
      answered: (answer) => {
        const kind = kindOf(answer);
        if (kind === "replay") this.counts.replays++;
        if (kind === "wait") this.counts.conflicts++;
        end(kind);
        // A client that is told to wait several times is one step, not several.
        if (kind !== "wait" || !waited) this.#step(`Client ${client + 1}: ${inWords(kind, answer)}`);
        waited ||= kind === "wait";
      },
      lost: (attempt) => {
        end("lost");
        if (attempt === 1) this.#step(`Client ${client + 1}: no answer, so it asks again with the same key`);
      },
    });
    const response = await send("/v3/session", {
      method: "POST",
      idempotencyKey: this.key,
      headers: { "content-type": "application/json", ...ACCOUNT, ...faultHeaders },
      body: JSON.stringify({ workflow_id: "kyc", vendor_data: this.person }),
      signal,
    });
    return `${response.status}\n${await response.text()}`;
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<{ id: string, state: string, attempt?: number }>}
   */
  async #readRecord(signal) {
    const url = `/demo/record?key=${encodeURIComponent(this.key)}`;
    return (await fetch(url, { headers: ACCOUNT, signal })).json();
  }

  /** The vendor's own word on what it billed for this person. @param {AbortSignal} signal */
  async #billed(signal) {
    const response = await fetch(`/v3/ledger?vendor_data=${encodeURIComponent(this.person)}`, {
      headers: ACCOUNT,
      signal,
    });
    const { billed } = await response.json();
    return billed;
  }

  /**
   * @param {Stretch[]} stretches
   * @param {string} kind
   * @param {string} label
   * @param {number} [atMs]
   */
  #turn(stretches, kind, label, atMs = this.elapsedMs) {
    const last = stretches.at(-1);
    if (last !== undefined && last.toMs === undefined) last.toMs = Math.max(atMs, last.fromMs);
    stretches.push({ kind, label, fromMs: atMs });
  }

  /**
   * @param {string} text
   * @param {{ atMs?: number, kind?: Step["kind"] }} [about]
   */
  #step(text, { atMs = this.elapsedMs, kind } = {}) {
    this.steps.push({ atMs, text, ...(kind && { kind }) });
    // The server's events come later than answers that were sent after them.
    this.steps.sort((one, other) => one.atMs - other.atMs);
  }
}

/**
 * @param {{ status: number, headers: Headers }} answer
 * @returns {NonNullable<RequestSpan["kind"]>}
 */
function kindOf({ status, headers }) {
  if (headers.get("idempotent-replayed") === "true") return "replay";
  if (status === 409) return "wait";
  return status < 400 ? "first" : "failed";
}

/**
 * @param {RequestSpan["kind"]} kind
 * @param {{ status: number, headers: Headers }} answer
 */
function inWords(kind, { status, headers }) {
  if (kind === "replay") return `${status}, a replay`;
  if (kind === "wait") return `409, come back in ${headers.get("retry-after")} s`;
  return kind === "first" ? `${status}, the first answer` : `${status}, so it asks again with the same key`;
}
