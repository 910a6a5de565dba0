/** The rules that the model drives: the production functions, and the few facts about store and network that they assume. */
import {
  afterClaim,
  afterCommit,
  afterVacating,
  afterWriting,
  answerSuperseded,
  beginClaim,
  beginVacating,
  beginWriting,
  type Claiming,
  type Mint,
} from "../src/steps.js";
import { grantOf, type Task } from "./state.js";
import { perform } from "./store.js";

/** What becomes of a claim that is given up. */
export interface GivenUp {
  readonly background: readonly Task[];
  /** Set where a fault is planted: the same claim goes on. */
  readonly again?: Claiming;
}

export interface Rules {
  readonly beginClaim: typeof beginClaim;
  readonly afterClaim: typeof afterClaim;
  readonly afterVacating: typeof afterVacating;
  readonly beginWriting: typeof beginWriting;
  readonly afterWriting: typeof afterWriting;
  readonly answerSuperseded: typeof answerSuperseded;
  readonly afterCommit: typeof afterCommit;
  readonly giveUp: (claiming: Claiming, mint: Mint) => GivenUp;
  readonly perform: typeof perform;
  /** No copy of a claim's `create` lands, or is sent, after the lifetime that it began has ended. */
  readonly boundedDelay: boolean;
  /** The engine calls `remove`. */
  readonly removes: boolean;
}

/** The rules as they are in production. */
export const production: Rules = {
  beginClaim,
  afterClaim,
  afterVacating,
  beginWriting,
  afterWriting,
  answerSuperseded,
  afterCommit,
  giveUp: (claiming, mint) => ({
    background: [{ is: "vacate", vacating: beginVacating(claiming, mint), grant: grantOf(claiming), heard: undefined }],
  }),
  perform,
  boundedDelay: true,
  removes: false,
};
