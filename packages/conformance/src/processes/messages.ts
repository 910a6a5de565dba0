import type { StoreFixture } from "../store/fixture.js";

/** What a worker is told when it is started, as JSON in its first argument. */
export interface WorkerOrders {
  /** The address of the fixture's module, and what its function is called with. */
  readonly fixture: string;
  readonly argument: unknown;
  /** Begins the ids and the versions of this run. */
  readonly run: string;
  readonly worker: number;
  readonly lanes: number;
  readonly leaseMs: number;
  readonly windowMs: number;
  /** The file where what happens is written down. */
  readonly log: string;
}

/** Parent to worker: race from this moment on, by the machine's monotonic clock; or stop. */
export type WorkerCommand = { readonly kind: "start"; readonly startMs: number } | { readonly kind: "stop" };

/** Worker to parent; `operations` are those that were answered since it last said so. */
export type WorkerMessage =
  | { readonly kind: "ready" | "done" }
  | { readonly kind: "progress"; readonly operations: number };

/** The machine's monotonic clock, which all its processes share. */
export function machineMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}

/** The number of the key that strangers race for while attempts race for another one. */
export function strangersKey(key: number): number {
  return 50_000_000_000 + key;
}

/** Loads a fixture: the module's default export or its export `fixture`, or what that function returns. */
export async function loadFixture(address: string, argument: unknown): Promise<StoreFixture> {
  const module: Record<string, unknown> = await import(address);
  const outer = module["default"];
  // Node wraps what a CommonJS module exports.
  const inner = isObject(outer) && !isFixture(outer) ? (outer["fixture"] ?? outer["default"]) : outer;
  const exported = module["fixture"] ?? inner;
  const fixture: unknown = typeof exported === "function" ? await exported(argument) : exported;
  if (!isFixture(fixture)) {
    throw new TypeError(`${address}: expected a StoreFixture, or a function that returns one, as default or "fixture"`);
  }
  return fixture;
}

function isFixture(value: unknown): value is StoreFixture {
  return isObject(value) && typeof value["open"] === "function" && isObject(value["capabilities"]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
