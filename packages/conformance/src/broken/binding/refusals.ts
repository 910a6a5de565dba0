import { jsonObject } from "../../binding/probe.js";
import {
  type BrokenBinding,
  type Bug,
  broken,
  isRefusal,
  misconfigured,
  onRefusal,
  operationOf,
  withHeaders,
} from "./broken-binding.js";

/** Changes the members of the problems that it sends. */
function rewriting(change: (members: Record<string, unknown>, request: Request) => Record<string, unknown>): Bug {
  return onRefusal(async (refusal, request) => {
    const members = jsonObject(await refusal.text(), "a refusal");
    return new Response(JSON.stringify(change(members, request)), refusal);
  });
}

/** Tells requests whose operation is running from others. */
function whileRunning(
  answer: (
    next: (request: Request) => Promise<Response>,
    run: (request: Request) => Promise<Response>,
    request: Request,
  ) => Promise<Response>,
): Bug {
  return (protect) => {
    const running = new Map<string, number>();
    return (handler, scenario) => {
      const guarded = protect(handler, scenario);
      return async (request) => {
        const operation = operationOf(request);
        const others = running.get(operation) ?? 0;
        running.set(operation, others + 1);
        try {
          if (others === 0 || !request.headers.has("idempotency-key")) return await guarded(request);
          return await answer(
            async (each) => await guarded(each),
            async (each) => await handler(each),
            request,
          );
        } finally {
          running.set(operation, (running.get(operation) ?? 1) - 1);
        }
      };
    };
  };
}

/** Bugs in telling requests that may not run from those that may, and in saying so. */
export const brokenRefusals: readonly BrokenBinding[] = [
  broken(
    "claims-late",
    "looks for a stored answer, and takes the key only when it has one: requests at once all run",
    [
      "MIS-05",
      "CON-01",
      "CON-02",
      "CON-04",
      "POL-12",
      "DUR-05",
      "DUR-11",
      "PRB-01",
      "PRB-02",
      "PRB-03",
      "PRB-04",
      "PRB-05",
    ],
    whileRunning((_, run, request) => run(request)),
    // Whether the requests of these meet is a matter of time.
    ["CON-03", "HTP-07"],
  ),
  broken(
    "conflict-before-mismatch",
    "looks at whether the key is in use before it looks at what it is used for",
    ["MIS-05"],
    whileRunning(async (next, _, request) => {
      const answer = await next(request);
      if (answer.status !== 422 || !isRefusal(answer)) return answer;
      return new Response(answer.body, { status: 409, headers: answer.headers });
    }),
  ),
  broken(
    "keeps-refusals",
    "sees its own refusal pass by and stores it as the operation's answer",
    ["MIS-01", "MIS-02", "MIS-03", "MIS-04", "MIS-08", "MIS-09", "POL-12", "HTP-05"],
    (protect) => {
      const kept = new Map<string, Response>();
      return (handler, scenario) => {
        const next = protect(handler, scenario);
        return async (request) => {
          const refusal = kept.get(operationOf(request));
          if (refusal !== undefined) return refusal.clone();
          const answer = await next(request);
          if (answer.status === 422 && isRefusal(answer)) kept.set(operationOf(request), answer.clone());
          return answer;
        };
      };
    },
  ),
  broken(
    "limits-requests",
    "refuses whatever comes from an account that has too many keys, retries among it",
    ["SCP-05"],
    (protect) => {
      const refusals = new Map<string | null, Response>();
      return (handler, scenario) => {
        const next = protect(handler, scenario);
        return async (request) => {
          const account = request.headers.get("x-account");
          const refusal = refusals.get(account);
          if (refusal !== undefined) return refusal.clone();
          const answer = await next(request);
          if (answer.status === 429 && isRefusal(answer)) refusals.set(account, answer.clone());
          return answer;
        };
      };
    },
  ),
  broken(
    "never-waits",
    "refuses a duplicate where the route lets it wait",
    ["CON-04"],
    misconfigured(({ waitMs: _, ...options }) => options),
  ),
  broken(
    "trusts-the-length",
    "judges the size of a body by the length that the client declares",
    ["BDY-13"],
    (protect) => (handler, scenario) => {
      const { maxBodyBytes: _, ...options } = scenario.options;
      const [capped, open] = [protect(handler, scenario), protect(handler, { ...scenario, options })];
      return (request) => (request.headers.has("content-length") ? capped(request) : open(request));
    },
  ),
  broken(
    "does-not-say-when",
    "refuses without saying when to come back",
    ["CON-02", "SCP-05", "DUR-07", "DUR-11"],
    onRefusal((refusal) => withHeaders(refusal, (headers) => headers.delete("retry-after"))),
  ),
  broken(
    "other-status-inside",
    "has one status in the document and another one on the answer",
    ["PRB-01"],
    rewriting((members) => ({ ...members, status: 400 })),
  ),
  broken(
    "one-type-for-all",
    "uses one type for all cases, as the examples of the draft do",
    ["PRB-02"],
    rewriting((members) => ({ ...members, type: "https://developer.example/idempotency" })),
  ),
  broken(
    "cacheable-refusals",
    "lets caches keep a refusal",
    ["PRB-03"],
    onRefusal((refusal) => withHeaders(refusal, (headers) => headers.delete("cache-control"))),
  ),
  broken(
    "tells-the-key",
    "repeats the key in its explanation",
    ["PRB-04"],
    rewriting((members, request) => ({ ...members, detail: `key ${request.headers.get("idempotency-key")}` })),
  ),
  broken(
    "always-retryable",
    "says of every refusal that the request may be sent again",
    ["PRB-05"],
    rewriting((members) => ({ ...members, retryable: true })),
  ),
];
