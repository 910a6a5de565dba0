import { randomUUID } from "node:crypto";
import type { OncekeyEvent } from "@oncekey/core";
import type { Request, Response } from "express";

/** What the page is told: kinds of events, ids that are hashes, numbers of attempts. No key, no data, no error texts. */
export interface ActivityEvent {
  readonly type: string;
  readonly id: string;
  readonly attempt?: number;
  readonly takeOver?: boolean;
  readonly late?: boolean;
  readonly because?: string;
  readonly by?: number;
}

interface Numbered {
  readonly number: number;
  readonly atMs: number;
  readonly event: ActivityEvent;
}

interface Listener {
  readonly res: Response;
  /** One record's events only. */
  readonly id: string | undefined;
}

const KEPT = 1_000;
const HEARTBEAT_MS = 15_000;
const RECONNECT_MS = 500;

/** Tells listeners what happens, as server-sent events; one who comes back is told what was missed. */
export class Activity {
  /** Tells one run of the process from the next: what was before a crash is not known here. */
  readonly #run = randomUUID();
  readonly #listeners = new Set<Listener>();
  readonly #about: object;
  #events: Numbered[] = [];
  #count = 0;

  /** `about` is the first thing that a listener is told. */
  constructor(about: object) {
    this.#about = about;
  }

  /** Passes an event of the engine on, without what is not for everyone. */
  readonly tellOfEngine = (event: OncekeyEvent): void => {
    const { cause: _, ...told } = { cause: undefined, ...event };
    this.tell(told);
  };

  tell(event: ActivityEvent): void {
    this.#count++;
    const numbered = { number: this.#count, atMs: Date.now(), event };
    this.#events.push(numbered);
    if (this.#events.length > 2 * KEPT) this.#events = this.#events.slice(-KEPT);
    for (const listener of this.#listeners) this.#send(listener, numbered);
  }

  /** `GET /demo/events?id=…`: all events to come, or those of one record. */
  readonly listen = (req: Request, res: Response): void => {
    const { id } = req.query;
    const listener = { res, id: typeof id === "string" ? id : undefined };
    res.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no" });
    res.write(
      `retry: ${RECONNECT_MS}\nevent: hello\ndata: ${JSON.stringify({ ...this.#about, run: this.#run, nowMs: Date.now() })}\n\n`,
    );
    for (const numbered of this.#missedBy(req.get("last-event-id"))) this.#send(listener, numbered);

    this.#listeners.add(listener);
    const heartbeat = setInterval(() => res.write(":\n\n"), HEARTBEAT_MS);
    res.on("close", () => {
      clearInterval(heartbeat);
      this.#listeners.delete(listener);
    });
  };

  /** Lets every listener go. */
  close(): void {
    for (const { res } of this.#listeners) res.end();
  }

  /** What came after the last event that somebody heard; after a restart, everything. */
  #missedBy(lastEventId: string | undefined): readonly Numbered[] {
    if (lastEventId === undefined) return [];
    const [run, number] = lastEventId.split(" ");
    return run === this.#run ? this.#events.filter((event) => event.number > Number(number)) : this.#events;
  }

  #send({ res, id }: Listener, { number, atMs, event }: Numbered): void {
    if (id !== undefined && id !== event.id) return;
    res.write(`id: ${this.#run} ${number}\ndata: ${JSON.stringify({ atMs, ...event })}\n\n`);
  }
}
