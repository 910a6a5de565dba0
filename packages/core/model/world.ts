/** What stays the same while a configuration is explored, and the sink for what its states violate. */
import type { Claim } from "../src/decide.js";
import type { Completed } from "../src/record.js";
import type { Mint } from "../src/steps.js";
import type { Rules } from "./rules.js";
import { type Budget, type Front, purseOf, type State } from "./state.js";
import { KEEP_MS, LEASE_MS, RETENTION_MS } from "./store.js";

/** The properties; README.md has their wording. */
const properties = ["P1", "P2", "P3", "P4", "P5", "P6", "P8", "P9", "fence"] as const;
export type Property = (typeof properties)[number];

/** One bounded scope: who takes part, what may happen how often, and what is asked of every state. */
export interface Configuration {
  readonly name: string;
  readonly about: string;
  /** One worker each, with the number of its fingerprint. */
  readonly workers: readonly number[];
  readonly chances: Partial<Budget>;
  readonly ask: readonly Property[];
  /** What a lapsed lease means. Default `"take-over"`. */
  readonly abandoned?: "take-over" | "reject";
  /** Effect and completion are one step, in the caller's own transaction. */
  readonly transactional?: boolean;
  /** What the caller gets while its completion is unanswered. Default `"unknown"`. */
  readonly onCompletionFailure?: "answer" | "unknown";
  /** An answer that was sent unstored counts for P4 too. */
  readonly countUnstored?: boolean;
  /** A resource behind the handlers refuses an effect whose attempt is lower than the last one that it saw. */
  readonly fence?: boolean;
  /** Replies take time of their own; otherwise each is heard in the step that gives it, which nobody else can tell apart. */
  readonly slowReplies?: boolean;
  /** The rules to drive; default production's. */
  readonly rules?: Partial<Rules>;
}

export interface World {
  readonly config: Configuration;
  readonly rules: Rules;
  readonly claims: readonly Claim[];
  readonly asked: ReadonlySet<Property>;
  readonly reject: boolean;
  readonly mint: Mint;
  /** The number of the last version minted. */
  counter: number;
  /** The first violation since it was last cleared. */
  bad: Violation | undefined;
  /** How often something worth reaching was reached; a check that reaches none of it proves nothing. */
  readonly reached: Map<string, number>;
}

export interface Violation {
  readonly property: Property;
  readonly text: string;
}

export function createWorld(config: Configuration, rules: Rules): World {
  const abandoned = config.abandoned ?? "take-over";
  const world: World = {
    config,
    rules,
    claims: config.workers.map((fp) => ({
      fingerprint: `s1:${fp}`,
      leaseMs: LEASE_MS,
      retentionMs: RETENTION_MS,
      keepMs: KEEP_MS,
      abandoned,
    })),
    asked: new Set(config.ask),
    reject: abandoned === "reject",
    mint: () => {
      world.counter += 1;
      return String(world.counter);
    },
    counter: 0,
    bad: undefined,
    reached: new Map(),
  };
  return world;
}

export function initialState({ config }: World): State {
  const { chances } = config;
  return {
    slot: undefined,
    fronts: config.workers.map((): Front => "idle"),
    jobs: [],
    net: [],
    left: purseOf(chances),
    ghost: {
      life: 0,
      fence: 0,
      answers: Array.from({ length: (chances.expire ?? 0) + 1 }, () => ""),
      effects: 0,
      commits: 0,
      resource: undefined,
    },
    minted: 0,
  };
}

export function violate(world: World, property: Property, text: string): void {
  if (world.bad === undefined && world.asked.has(property)) world.bad = { property, text };
}

/** Counts that something worth reaching happened. */
export function reach(world: World, what: string): void {
  world.reached.set(what, (world.reached.get(what) ?? 0) + 1);
}

export const workerName = (worker: number): string => String.fromCharCode(65 + worker);

/** The result of a run: which one it is, which run made it, and for which request. */
export class RunResult extends Uint8Array {
  readonly id: string;
  readonly grant: string;
  readonly fingerprint: string;

  constructor(id: string, grant: string, fingerprint: string) {
    super(0);
    this.id = id;
    this.grant = grant;
    this.fingerprint = fingerprint;
  }
}

/** Whose result it is. */
export function madeBy(result: Completed["result"]): RunResult {
  if (result instanceof RunResult) return result;
  throw new Error("a result that no run of the model made");
}
