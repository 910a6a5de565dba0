import { always, type HealedScenario, healed, type UnsettledScenario, unsettled } from "./fault-scenarios.js";
import type { ProxyFault } from "./proxy-faults.js";

/** What a network does to one operation. */
export interface ProxyScenario {
  readonly script: readonly ProxyFault[];
  /** The client has used its connection before. */
  readonly warm?: boolean;
}

export interface HealedOverProxy extends ProxyScenario {
  readonly attempts: number;
  /** It depends on how long the server takes whether there are more attempts. */
  readonly races: boolean;
}

export interface UnsettledOverProxy extends ProxyScenario {
  /** The error's name; or the status that the caller gets, and what is known with it. */
  readonly told: string;
  readonly effects: number;
}

const onlyByProxy: readonly (
  | HealedScenario<ProxyFault>
  | readonly [...HealedScenario<ProxyFault>, "warm" | "races"]
)[] = [
  ["nobody listens at first", ["refuse", "refuse"], 3],
  ["the way is long", [{ latencyMs: 15 }], 1],
  ["the answer trickles in, a byte at a time", ["trickle"], 1],
  ["the answer comes to a stand in its body", ["stall-in-body-after-effect"], 2],
  ["the connection is reset within the request", ["reset-in-request"], 2],
  ["the connection is reset within the header of the answer", ["reset-in-header-after-effect"], 2],
  ["the connection is reset within the body of the answer", ["reset-in-body-after-effect"], 2],
  ["the answer in chunks has no last one", ["cut-chunked-after-effect"], 2],
  ["something else than HTTP answers", ["garbage"], 2],
  ["a used connection is reset when the request comes", ["reset-before-effect"], 2, "warm"],
  ["the peer of a used connection is gone, before the request reached it", ["vanish-before-effect"], 2, "warm"],
  ["the peer of a used connection is gone, with the request", ["vanish-after-effect"], 2, "warm"],
  ["a gateway answers 500, and it was done", [{ statusAfterEffect: 500 }], 2],
  ["a gateway answers 502, and it was done", [{ statusAfterEffect: 502 }], 2],
  ["a gateway answers 503, and it was done", [{ statusAfterEffect: 503 }], 2],
  ["a gateway answers 504, and it was done", [{ statusAfterEffect: 504 }], 2],
  ["a gateway answers 504, and nothing was done", [{ status: 504 }], 2],
  ["a gateway sends the request on twice", ["sent-twice"], 1, "races"],
  ["the request is held up, and arrives with the next one", ["late-with-next"], 2, "races"],
  ["the request is held up, and arrives when the next one is done", ["late-after-next"], 2],
  ["the connection is reset while the server is at work", ["reset-while-running"], 3, "races"],
  ["all of it in one", ["refuse", "reset-in-request", "cut-chunked-after-effect"], 4],
];

/** All that ends in one effect and the true answer: the table of the scripted server, and what only a proxy can do. */
export const healedOverProxy: readonly (readonly [title: string, HealedOverProxy])[] = [...healed, ...onlyByProxy].map(
  ([title, script, attempts, mark]) => [title, { script, attempts, warm: mark === "warm", races: mark === "races" }],
);

const unsettledByProxy: readonly UnsettledScenario<ProxyFault>[] = [
  ["nobody ever listens", always("refuse"), "NotSentError", 0],
  ["no attempt is answered, and nothing was done", always("hang-before-effect"), "OutcomeUnknownError", 0],
  ["no attempt is answered, and it was done", always("hang-after-effect"), "OutcomeUnknownError", 1],
  ["every answer is cut off", always("cut-body-after-effect"), "OutcomeUnknownError", 1],
  [
    "it is lost, and then nobody listens",
    ["reset-after-effect", "refuse", "refuse", "refuse"],
    "OutcomeUnknownError",
    1,
  ],
  ["a gateway answers 502 for ever", always({ status: 502 }), "502 unknown", 0],
  ["a gateway answers 504 for ever, and it was done", always({ statusAfterEffect: 504 }), "504 unknown", 1],
  ["a gateway answers 429 for ever", always({ status: 429 }), "429 not-executed", 0],
];

export const unsettledOverProxy: readonly (readonly [title: string, UnsettledOverProxy])[] = [
  ...unsettled,
  ...unsettledByProxy,
].map(([title, script, told, effects]) => [title, { script, told, effects }]);
