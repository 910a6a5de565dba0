/** One step from a state to the next, for whoever explores and for whoever prints a trace. */
import { type Chance, type State, type StoreCall, spendOne } from "./state.js";
import type { World } from "./world.js";

export interface Step {
  readonly next: State;
  /** The worker that takes it; undefined for time and for the network. */
  readonly owner: number | undefined;
  readonly did: string;
  readonly call: StoreCall | undefined;
  /** True for a step that needs no bad luck: progress may rely on it. */
  readonly free: boolean;
}

export type Emit = (step: Step) => void;

/** Every step starts from here: its violations are its own, and so are the versions that it mints. */
export function begin(world: World, state: State): void {
  world.bad = undefined;
  world.counter = state.minted;
}

export const spend = (state: State, chance: Chance): State => ({ ...state, left: spendOne(state.left, chance) });
