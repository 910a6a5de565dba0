import { readFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "@oncekey/services";
import { Child } from "./child-process.js";
import type { Database } from "./databases.js";
import type {
  CallEnding,
  ChildMessage,
  ClientOrders,
  LedgerLine,
  ParentMessage,
  Point,
  ServerOrders,
} from "./messages.js";

export const victims = ["client", "server", "database"] as const;
export type Victim = (typeof victims)[number];

/** An operation that waits at a point. */
interface Parked {
  readonly in: Child;
  readonly ask: number;
  readonly point: Point;
}

/** The point at which each operation is to wait; the others go on. */
export type Targets = ReadonlyMap<string, Point>;

export interface WorldOptions {
  readonly database: Database;
  readonly children: { readonly client: string; readonly server: string };
  /** For the journal and the ledger. */
  readonly folder: string;
  readonly isProtected: boolean;
}

/** A client, a server and a database, each a process of its own, that can be stopped at points and killed there. */
export class World {
  readonly database: Database;
  readonly #ledger: string;
  readonly #client: Child;
  readonly #server: Child;
  readonly #parked = new Map<string, Parked>();
  /** Operations that a call of the living client is under way for. */
  readonly #calls = new Set<string>();
  /** Those of them that are not at their point yet, and those that the client has still to begin. */
  readonly #moving = new Set<string>();
  #targets: Targets = new Map();
  #failure: Error | undefined;
  #wake = () => {};
  /** What clients have been told, whether or not they lived on to note it. */
  readonly receipts = new Map<string, Set<string>>();
  readonly endings = new Map<string, CallEnding>();
  readonly kills: Record<Victim, number> = { client: 0, server: 0, database: 0 };

  private constructor({ database, children, folder, isProtected }: WorldOptions, port: number) {
    this.database = database;
    this.#ledger = join(folder, "ledger");
    const fail = (error: Error) => this.#fail(error);
    const toServer: ServerOrders = { port, database: database.url, ledger: this.#ledger, isProtected };
    this.#server = new Child(children.server, toServer, (message) => this.#hear(this.#server, message), fail);
    const toClient: ClientOrders = { journal: join(folder, "journal"), url: `http://127.0.0.1:${port}` };
    this.#client = new Child(children.client, toClient, (message) => this.#hear(this.#client, message), fail);
  }

  static async start(options: WorldOptions): Promise<World> {
    const world = new World(options, await freePort());
    await Promise.all([world.#server.start(), world.#client.start()]);
    return world;
  }

  /**
   * Lets the client see to operations that wait nowhere, each up to its point: to its end where it does not come by.
   *
   * @returns where each stands that waits.
   */
  async advance(operations: readonly string[], targets: Targets): Promise<Targets> {
    const going = operations.filter((operation) => !this.#parked.has(operation));
    this.#targets = targets;
    for (const operation of going) this.#moving.add(operation);
    this.#client.tell({ type: "go", operations: going });
    await this.#until(() => this.#moving.size === 0);
    return new Map([...this.#parked].map(([operation, { point }]) => [operation, point]));
  }

  /**
   * kill -9 of all that are named, at once. What the others have at hand goes on meanwhile, up to its next point. Then
   * those are started again.
   */
  async strike(struck: readonly Victim[], next: Targets): Promise<void> {
    const parked = new Map(this.#parked);
    this.#parked.clear();
    this.#targets = next;
    await Promise.all(struck.map((victim) => this.#kill(victim)));
    // The end of a call is told where its client lives; the rest goes on in the server alone.
    if (struck.includes("client")) this.#calls.clear();
    for (const operation of parked.keys()) if (this.#calls.has(operation)) this.#moving.add(operation);
    for (const { in: child, ask } of parked.values()) if (child.runs) child.tell({ type: "go-on", ask });
    const standsStill = () => this.#moving.size === 0;
    // Nothing is under way to the server when leases lapse, so that none of a living attempt does.
    if (struck.includes("server")) await this.#until(standsStill);
    await Promise.all(struck.map((victim) => this.#start(victim)));
    if (struck.includes("server")) await this.database.letLeasesLapse();
    await this.#until(standsStill);
  }

  /** The effects that no transaction reaches, in their order. */
  ledger(): readonly LedgerLine[] {
    const lines = readFileSync(this.#ledger, "utf8").split("\n").filter(Boolean);
    return lines.map((line) => JSON.parse(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#client, this.#server].map((child) => child.runs && child.kill()));
  }

  async #kill(victim: Victim): Promise<void> {
    await { client: this.#client, server: this.#server, database: this.database }[victim].kill();
    this.kills[victim] += 1;
  }

  async #start(victim: Victim): Promise<void> {
    await { client: this.#client, server: this.#server, database: this.database }[victim].start();
  }

  #hear(child: Child, message: ChildMessage): void {
    if (message.type === "at") this.#arrive(child, message);
    else if (message.type === "began") this.#calls.add(message.operation);
    else if (message.type === "receipt") this.#note(message.operation, message.receipt);
    else if (message.type === "ended") {
      this.endings.set(message.operation, message.ending);
      this.#calls.delete(message.operation);
      this.#moving.delete(message.operation);
    }
    this.#wake();
  }

  #arrive(child: Child, { ask, operation, point }: Extract<ChildMessage, { type: "at" }>): void {
    if (this.#targets.get(operation) === point && !this.#parked.has(operation)) {
      this.#parked.set(operation, { in: child, ask, point });
      this.#moving.delete(operation);
    } else {
      const goOn: ParentMessage = { type: "go-on", ask };
      child.tell(goOn);
    }
  }

  #note(operation: string, receipt: string): void {
    const known = this.receipts.get(operation) ?? new Set();
    this.receipts.set(operation, known.add(receipt));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }

  async #until(condition: () => boolean): Promise<void> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      if (condition()) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
