import { type ClientOptions, createIdempotentFetch, type Journal, reportOf } from "../src/index.js";
import type { Fault } from "./scripted-server.js";

/** What happens to one attempt after the other, and how many attempts it takes. Ends in one effect and the true answer. */
export type HealedScenario<Happening = Fault> = readonly [
  title: string,
  script: readonly Happening[],
  attempts: number,
];

/** Stays unsettled: the name of the error that the caller is told of, and how many effects there are by then. */
export type UnsettledScenario<Happening = Fault> = readonly [
  title: string,
  script: readonly Happening[],
  told: string,
  effects: number,
];

const inProgress: Fault = {
  status: 409,
  headers: { "retry-after": "0" },
  body: { type: "https://api.example.com/problems/request-in-progress" },
};

/** The scenarios that any network can bring about. */
export const healed: readonly HealedScenario[] = [
  ["nothing goes wrong", [], 1],
  ["the connection is reset before the effect", ["reset-before-effect"], 2],
  ["the connection is reset after the effect", ["reset-after-effect"], 2],
  ["no answer comes, and nothing was done", ["hang-before-effect"], 2],
  ["no answer comes, and it was done", ["hang-after-effect"], 2],
  ["the answer is cut off in its header", ["cut-header-after-effect"], 2],
  ["the answer is cut off in its body", ["cut-body-after-effect"], 2],
  ["a gateway answers 502", [{ status: 502 }], 2],
  ["the server answers 500 and then has it", [{ status: 500 }], 2],
  ["the server is overloaded", [{ status: 503, headers: { "retry-after": "0" } }], 2],
  ["the server asks to slow down", [{ status: 429, headers: { "retry-after": "0" } }], 2],
  ["the server waited too long for the request", [{ status: 408 }], 2],
  ["the request came too early", [{ status: 425 }], 2],
  ["an earlier attempt runs, five times", Array.from({ length: 5 }, () => inProgress), 6],
  ["the answer is lost, and the retry finds it running", ["reset-after-effect", inProgress], 3],
  ["three losses in a row", ["reset-before-effect", "cut-body-after-effect", "reset-after-effect"], 4],
];

/** As many attempts as a client makes. */
export function always<Happening>(happening: Happening): readonly Happening[] {
  return Array.from({ length: 4 }, () => happening);
}

/** What any network can leave unsettled. */
export const unsettled: readonly UnsettledScenario[] = [
  ["every answer is lost, and it was done", always("reset-after-effect" as const), "OutcomeUnknownError", 1],
  ["every attempt is lost, and nothing was done", always("reset-before-effect" as const), "OutcomeUnknownError", 0],
  [
    "a lost answer is followed by refusals to begin",
    ["reset-after-effect", { status: 429 }, { status: 429 }, { status: 429 }],
    "OutcomeUnknownError",
    1,
  ],
  ["a lost answer is followed by an expired token", ["reset-after-effect", { status: 401 }], "OutcomeUnknownError", 1],
];

export const charge = { method: "POST", body: '{"amount":1}' } as const;

/** One way to the one answer. `open` opens the journal, which outlives the client that opened it. */
type Pay = (url: string, open: () => Journal, options: ClientOptions) => Promise<Response>;

/** Within a call, under a name, and with a restart after every single attempt. */
export const ways: readonly (readonly [name: string, pay: Pay])[] = [
  ["a call", call],
  ["a submitted call", submitted],
  ["a client that is made anew after every attempt", restarted],
];

export function call(url: string, _open: () => Journal, options: ClientOptions): Promise<Response> {
  return createIdempotentFetch(options)(url, charge);
}

export async function submitted(url: string, open: () => Journal, options: ClientOptions): Promise<Response> {
  await using fetch = createIdempotentFetch({ ...options, journal: open() });
  return await fetch.submit("order-1", url, charge);
}

async function restarted(url: string, open: () => Journal, options: ClientOptions): Promise<Response> {
  const once = { ...options, retry: { ...options.retry, maxAttempts: 1 } };
  let response = await submitted(url, open, once).catch(() => undefined);
  for (let restarts = 0; restarts < 20 && !isSettled(response); restarts += 1) {
    response = (await resumed(open, once))[0]?.response;
  }
  if (response === undefined) throw new Error("not settled after 20 restarts");
  return response;
}

/** What a new client does at its start. */
export async function resumed(open: () => Journal, options: ClientOptions) {
  await using fetch = createIdempotentFetch({ ...options, journal: open() });
  return (await fetch.resume()).operations;
}

function isSettled(response: Response | undefined): boolean {
  return response !== undefined && reportOf(response)?.outcome === "succeeded";
}
