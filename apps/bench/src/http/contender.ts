import { answer } from "../stores/payload.js";

/** What a request finds: a route that nothing protects, a new key, or one that has been answered. */
export type Path = "unprotected" | "first" | "replay";

export const titles: Readonly<Record<Path, string>> = {
  unprotected: "unprotected",
  first: "first request",
  replay: "replay",
};

/**
 * The bare framework, the least that could be written by hand in it, our binding, the same over the driver that other libraries
 * use, or another library.
 */
export type Role = "unprotected" | "floor" | "engine" | "twin" | "peer";

/** One way to serve the route; each is a process of its own. */
export interface Contender {
  readonly name: string;
  readonly role: Role;
  serve(services: Services): Promise<Serving>;
}

/** What a contender is given. */
export interface Services {
  readonly redisUrl: string;
  /** The operation: what the handler of every contender does. */
  readonly charge: (order: unknown) => typeof answer;
}

/** A contender at work: behind a port of 127.0.0.1, or as a function that is given events. */
export interface Serving {
  readonly port?: number;
  readonly invoke?: (key: string) => Promise<string>;
  close(): Promise<void>;
}

/** Contenders that are compared with one another. */
export interface Framework {
  readonly name: string;
  /** With its version. */
  readonly title: string;
  /** How many requests are on their way at a time. */
  readonly atOnce: number;
  /** What was compared and how, for the reader. */
  readonly notes: readonly string[];
  readonly contenders: readonly Contender[];
}

/** The operation, counted: whether a request was a first one or a replay is told by who ran. */
export class Counter {
  ran = 0;

  readonly charge = (order: unknown): typeof answer => {
    if (typeof order !== "object" || order === null || !("amount" in order)) throw new TypeError("There is no order.");
    this.ran += 1;
    return answer;
  };
}
