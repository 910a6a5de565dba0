/** A worker takes note of a reply, or of none: the engine, with the production rules in its middle. */
import { claimHears, claimWaits } from "./claiming.js";
import { type Place, put, type Took } from "./place.js";
import { renewalHears } from "./renewing.js";
import { readHears, readWaits, writeHears, writeWaits } from "./settling.js";
import type { Heard, State, Task } from "./state.js";
import type { World } from "./world.js";

/** `heard` is undefined where no reply arrives. */
export function hear(world: World, state: State, place: Place, task: Task, heard: Heard | undefined, took: Took): void {
  switch (task.is) {
    case "claim":
      if (heard === undefined) claimWaits(world, state, place, task, took);
      else claimHears(world, state, place, task, heard, took);
      break;
    case "run":
      renewalHears(world, state, place, task, heard, took);
      break;
    case "write":
      if (heard === undefined) writeWaits(world, state, place, task, took);
      else writeHears(world, state, place, task, heard, took);
      break;
    case "read":
      if (heard === undefined) readWaits(state, place, task, took);
      else readHears(world, state, place, task, heard, took);
      break;
    case "vacate": {
      const step = world.rules.afterVacating(task.vacating, heard ? heard.write : "no-reply", world.mint);
      if (step.next === "done") took(put(state, place, "done"), "has cleaned up");
      else took(put(state, place, { ...task, vacating: step.vacating, heard: undefined }), "goes on cleaning up");
      break;
    }
    case "remove":
      took(put(state, place, "done"), "has cleaned up");
      break;
  }
}
