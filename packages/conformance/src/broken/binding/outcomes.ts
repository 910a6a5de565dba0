import type { ScenarioOptions } from "../../binding/scenario.js";
import {
  type BrokenBinding,
  type Bug,
  broken,
  inside,
  isEndless,
  misconfigured,
  operationOf,
  outside,
  withHeaders,
} from "./broken-binding.js";

/** What the usual cap of a kept answer is. */
const capBytes = 262_144;

/** Gives some answers of the handler to the client by a side door; `undefined` lets the protection have its way. */
function sideDoor(pass: (answer: Response, open: (answer: Response) => void) => Promise<Response>): Bug {
  return (protect) => (handler, scenario) => (request) =>
    new Promise((resolve, reject) => {
      const next = protect(async (inner) => await pass(await handler(inner), resolve), scenario);
      Promise.resolve(next(request)).then(resolve, reject);
    });
}

/** Opens the door for an answer without an end, of which the protection then sees the head. */
function byTheDoor(answer: Response, open: (answer: Response) => void): Response {
  open(answer);
  return new Response("", answer);
}

/** Options that no route of the script has, but a binding may. */
interface OtherOptions extends ScenarioOptions {
  readonly onCompletionFailure?: "unknown";
  readonly classify?: (status: number) => "success" | "rejected" | "failed";
}

/** Bugs in which outcomes are kept, and when. */
export const brokenOutcomes: readonly BrokenBinding[] = [
  broken(
    "sends-early",
    "sends the answer while it is being stored: a crash in between runs the operation again",
    ["DUR-01", "DUR-02", "DUR-04", "EVT-03"],
    sideDoor(async (answer, open) => {
      if (isEndless(answer)) return byTheDoor(answer, open);
      open(answer.clone());
      return answer;
    }),
  ),
  broken(
    "forgets-large-answers",
    "sends an answer that is too large to keep, and releases the key",
    ["DUR-03", "DUR-04"],
    sideDoor(async (answer, open) => {
      if (isEndless(answer)) return answer;
      const size = (await answer.clone().arrayBuffer()).byteLength;
      if (size <= capBytes) return answer;
      open(answer);
      throw new Error("too large to keep");
    }),
  ),
  broken(
    "holds-events",
    "reads every answer to its end before it sends it, also one that has none",
    ["EVT-01", "EVT-02", "EVT-03", "EVT-04"],
    inside(async (handler, request) => {
      const answer = await handler(request);
      if (!isEndless(answer)) return answer;
      return new Response(await Promise.race([answer.arrayBuffer(), hungUp(request.signal)]), answer);
    }),
  ),
  broken(
    "lets-events-by",
    "sends a stream of events past the store, and releases the key",
    ["EVT-02", "EVT-03"],
    sideDoor(async (answer, open) => {
      if (!isEndless(answer)) return answer;
      open(answer);
      throw new Error("there is nothing to keep");
    }),
  ),
  broken(
    "sends-events-to-nobody",
    "does not tell the handler that the client has gone, as a copy of its stream does",
    ["EVT-04"],
    inside(async (handler, request) => {
      const answer = await handler(request);
      return isEndless(answer) ? answer.clone() : answer;
    }),
  ),
  broken(
    "stops-with-the-client",
    "gives the operation up when the client hangs up, and releases the key",
    ["DUR-05", "DUR-10"],
    (protect) => (handler, scenario) => (request) =>
      protect(async (inner) => await Promise.race([handler(inner), hungUp(request.signal)]), scenario)(request),
  ),
  broken(
    "answers-nobody",
    "takes a client that has gone for one that needs no answer, and stores that",
    ["DUR-10"],
    inside(async (handler, request) =>
      request.signal.aborted ? new Response(null, { status: 204 }) : await handler(request),
    ),
  ),
  broken(
    "fails-open",
    "runs the operation unprotected while the store is down, or the protection closed",
    ["DUR-07", "DUR-11"],
    (protect) => (handler, scenario) => {
      const next = protect(handler, scenario);
      return async (request) => {
        const answer = await next(request);
        const down = answer.status === 503 && (await answer.clone().text()).includes("store-unavailable");
        return down ? await handler(request) : answer;
      };
    },
  ),
  broken(
    "waits-before-it-closes",
    "waits until nothing runs, and only then takes no new requests: on a busy server it never ends",
    ["DUR-11"],
    {
      shutDown: async (oncekey) => {
        await oncekey.idle();
        await oncekey.close();
      },
    },
  ),
  broken(
    "forgets-what-runs",
    "ends its shutdown at once, so that the process ends before the answers of what runs are stored",
    ["DUR-12"],
    { shutDown: (oncekey) => oncekey.close({ timeoutMs: 0 }) },
  ),
  broken(
    "turns-success-into-failure",
    "answers with an error where the operation succeeded and its answer could not be stored",
    ["DUR-08"],
    misconfigured((options): OtherOptions => ({ ...options, onCompletionFailure: "unknown" })),
  ),
  broken(
    "stores-failures",
    "replays an answer of 500 for as long as the key lives, where the route did not ask for it",
    ["POL-02", "POL-04", "POL-05", "POL-06", "POL-10", "POL-11"],
    misconfigured((options) => ({ policy: "at-most-once", ...options })),
  ),
  broken(
    "releases-failures",
    "runs an operation again that may have had its effect, where the route forbids it",
    ["POL-07", "POL-08"],
    misconfigured(({ policy: _, ...options }) => options),
  ),
  broken(
    "hides-errors",
    "turns errors into answers before the protection can see them, so that it is not told that nothing was done",
    ["POL-13"],
    inside(async (handler, request) => {
      try {
        return await handler(request);
      } catch {
        return new Response(null, { status: 500 });
      }
    }),
  ),
  broken(
    "releases-refusals",
    "stores successes only, so that a request that was refused is judged anew",
    ["POL-01"],
    misconfigured((options) => ({ policy: "success-only", ...options })),
  ),
  broken(
    "stores-overload",
    "replays answers such as 429 and 503, which were true for one moment",
    ["POL-03", "POL-09", "POL-14"],
    misconfigured((options): OtherOptions => {
      const classify = (status: number) =>
        status < 400 ? "success" : status < 500 || status === 503 ? "rejected" : "failed";
      return { ...options, classify };
    }),
  ),
  broken(
    "marks-second-runs",
    "marks an answer as a replay because it has seen the key, not because the answer was stored",
    ["POL-02", "POL-03", "POL-09", "POL-11", "DUR-11"],
    (protect) => {
      const seen = new Set<string>();
      const mark = outside(async (next, request) => {
        const operation = operationOf(request);
        const again = seen.has(operation);
        seen.add(operation);
        const answer = await next(request);
        return again && answer.status >= 500
          ? withHeaders(answer, (all) => all.set("idempotent-replayed", "true"))
          : answer;
      });
      return mark(protect);
    },
  ),
];

/** Fails once the client has gone. */
function hungUp(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(new Error("the client hung up"));
    if (signal.aborted) fail();
    else signal.addEventListener("abort", fail, { once: true });
  });
}
