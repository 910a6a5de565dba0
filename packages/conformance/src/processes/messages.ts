import type { StoreFixture } from "../store/fixture.js";
import type { RaceHistory } from "./history.js";

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
}

/** Parent to worker: race, by the machine's monotonic clock. */
export interface StartMessage {
  readonly startMs: number;
  readonly endMs: number;
}

/** Worker to parent. */
export type WorkerMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly histories: readonly RaceHistory[] };

/** The machine's monotonic clock, which all its processes share. */
export function machineMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
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
