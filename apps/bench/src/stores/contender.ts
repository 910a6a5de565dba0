import { randomBytes } from "node:crypto";

/** What a request finds: nothing, an answer, another attempt at work, or one that was lost. */
export type Path = "first" | "replay" | "duplicate" | "takeover";
/** What a request is told on that path. */
export type Answer = "ran" | "replayed" | "in-progress";

export const paths: readonly Path[] = ["first", "replay", "duplicate", "takeover"];
export const expected: Readonly<Record<Path, Answer>> = {
  first: "ran",
  replay: "replayed",
  duplicate: "in-progress",
  takeover: "ran",
};
export const titles: Readonly<Record<Path, string>> = {
  first: "first request (claim + completion)",
  replay: "replay",
  duplicate: "duplicate of a running request",
  takeover: "take-over of a lost request + completion",
};

/** The bare driver, one of our stores, the engine with a fingerprint over it, or another library. */
type Role = "floor" | "store" | "engine" | "peer";

/** One way to serve requests with keys, connected. */
export interface Contender {
  readonly name: string;
  readonly role: Role;
  /** Of which driver: each is compared with the floor of its own. */
  readonly driver: string;
  /** Paths that it does not have, and why. */
  readonly lacks?: Readonly<Partial<Record<Path, string>>>;
  /** Brings these new keys to where the path begins. Not timed. */
  prepare(path: Exclude<Path, "first">, keys: readonly string[]): Promise<void>;
  /** One request. */
  run(key: string, path: Path): Promise<Answer>;
}

/** Contenders on connections of their own. */
export interface Team {
  readonly contenders: readonly Contender[];
  close(): Promise<void>;
}

/** How often the server was asked what, by the name of the command. */
export type Commands = ReadonlyMap<string, number>;

/** A server that contenders share. */
export interface Arena {
  readonly name: string;
  /** Its version, and the settings that matter. */
  readonly server: string;
  readonly url: string;
  /** What was compared and how, for the reader. */
  readonly notes: readonly string[];
  /** The server's processes that serve what is connected now; absent where it is no server whose time says anything. */
  pids?(): Promise<readonly number[]>;
  /** Connects all contenders, by this address of the server. */
  connect(url: string): Promise<Team>;
  /** What the server was asked meanwhile, as the server or the client counts it. */
  commandsOf(work: () => Promise<void>): Promise<Commands>;
  stop(): Promise<void>;
}

export function newKeys(count: number): string[] {
  return Array.from({ length: count }, () => randomBytes(32).toString("base64url"));
}

/** Does something for each of these keys, so many at once. */
export async function forEachKey(
  keys: readonly string[],
  atOnce: number,
  act: (key: string) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let key = keys[next++]; key !== undefined; key = keys[next++]) await act(key);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, keys.length) }, worker));
}
