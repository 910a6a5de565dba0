import { isScripted } from "./scripted.js";

/** A signal that one attempt has to itself for as long as it lasts. */
export interface LentSignal {
  readonly controller: AbortController;
  /** Attempts that have had it, and have got a whole answer. */
  uses: number;
}

/** A fetch may leave listeners behind: fewer of them than `EventTarget` warns of (10), should it leave two. */
const MOST_USES = 5;
const MOST_IDLE = 32;

const idle: LentSignal[] = [];

/** In Node 20 each signal has a hidden class of its own, which makes it dearer than all else that a call needs. */
const isReusable = /* @__PURE__ */ isScripted(AbortController);

export function lendSignal(): LentSignal {
  return idle.pop() ?? { controller: new AbortController(), uses: 0 };
}

/**
 * Takes a signal back for the next attempt: only one that was not aborted, and after a whole answer, when nothing that heeds
 * it is at work.
 *
 * Listeners of a finished request may still hear of the next one's end, as they do of any `AbortSignal.timeout()`.
 */
export function giveBackSignal(lent: LentSignal): void {
  lent.uses += 1;
  if (isReusable && lent.uses < MOST_USES && idle.length < MOST_IDLE) idle.push(lent);
}
