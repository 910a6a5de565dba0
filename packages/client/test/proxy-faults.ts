import type { Socket } from "node:net";
import { chunkedWithoutEnd, ownAnswer, parted } from "./http-message.js";
import type { Fault } from "./scripted-server.js";

/** What the proxy does with one attempt; what a scripted server can do, and what only a network can. */
export type ProxyFault =
  | Fault
  /** Nobody listens. */
  | "refuse"
  /** The other side is gone without a word: nothing is read, answered or closed any more. */
  | "vanish-before-effect"
  | "vanish-after-effect"
  /** Half of the request has gone through. */
  | "reset-in-request"
  /** The server is at work on it. */
  | "reset-while-running"
  | "reset-in-header-after-effect"
  | "reset-in-body-after-effect"
  /** The answer begins and comes to a stand. */
  | "stall-in-body-after-effect"
  | "cut-chunked-after-effect"
  /** What answers speaks something else than HTTP. */
  | "garbage"
  /** A byte at a time. */
  | "trickle"
  /** The request reaches the server only when the next attempt does, or when that one has been answered. */
  | "late-with-next"
  | "late-after-next"
  /** The proxy asks again by itself, at the same time. */
  | "sent-twice"
  /** A gateway's own answer, given although the server has done it. */
  | { readonly statusAfterEffect: number }
  | { readonly latencyMs: number };

/** One request that has come in whole, and what can be done about it. */
export interface Exchange {
  readonly near: Socket;
  readonly request: Buffer;
  /** Sends bytes to the server, and resolves to its whole answer. */
  ask(bytes: Buffer): Promise<Buffer>;
  /** Sends bytes that are no whole request, and resets the connection when the server has them. */
  tell(bytes: Buffer): Promise<void>;
  /** Says that this attempt will hear nothing more, so that its time-out is the next thing that happens. */
  stuck(): void;
  /** Stops reading from the client for ever. */
  vanish(): void;
  /** Resolves when the server is at work. */
  running(): Promise<void>;
  /** Resolve when the next attempt has come in, and when it has been answered. */
  nextCame(): Promise<void>;
  nextAnswered(): Promise<void>;
}

type Named = Exclude<ProxyFault, object>;

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

const named: { readonly [name in Named]: (exchange: Exchange) => Promise<void> } = {
  answer: async ({ near, request, ask }) => void near.write(await ask(request)),
  refuse: async ({ near }) => void near.resetAndDestroy(),
  "reset-before-effect": async ({ near }) => void near.resetAndDestroy(),
  async "reset-after-effect"({ near, request, ask }) {
    await ask(request);
    near.resetAndDestroy();
  },
  "hang-before-effect": async ({ stuck }) => stuck(),
  async "hang-after-effect"({ request, ask, stuck }) {
    await ask(request);
    stuck();
  },
  async "cut-header-after-effect"({ near, request, ask }) {
    near.end((await ask(request)).subarray(0, 24));
  },
  async "cut-body-after-effect"({ near, request, ask }) {
    near.end(withSomeBody(await ask(request)));
  },
  async "vanish-before-effect"({ vanish, stuck }) {
    vanish();
    stuck();
  },
  async "vanish-after-effect"({ request, ask, vanish, stuck }) {
    vanish();
    await ask(request);
    stuck();
  },
  async "reset-in-request"({ near, request, tell }) {
    await tell(request.subarray(0, request.length - 3));
    near.resetAndDestroy();
  },
  async "reset-while-running"({ near, request, ask, running }) {
    const answered = ask(request);
    await running();
    near.resetAndDestroy();
    await answered;
  },
  async "reset-in-header-after-effect"({ near, request, ask }) {
    const answer = await ask(request);
    near.write(answer.subarray(0, 24), () => near.resetAndDestroy());
  },
  async "reset-in-body-after-effect"({ near, request, ask }) {
    const answer = await ask(request);
    near.write(withSomeBody(answer), () => near.resetAndDestroy());
  },
  async "stall-in-body-after-effect"({ near, request, ask, stuck }) {
    near.write(withSomeBody(await ask(request)));
    // Only an answer that has begun can come to a stand.
    await turn();
    stuck();
  },
  async "cut-chunked-after-effect"({ near, request, ask }) {
    near.end(chunkedWithoutEnd(await ask(request)));
  },
  garbage: async ({ near }) => void near.end("220 mail.example.com ESMTP\r\n"),
  async trickle({ near, request, ask }) {
    for (const byte of await ask(request)) {
      near.write(Buffer.of(byte));
      await turn();
    }
  },
  async "late-with-next"({ request, ask, stuck, nextCame }) {
    stuck();
    await nextCame();
    await ask(request);
  },
  async "late-after-next"({ request, ask, stuck, nextAnswered }) {
    stuck();
    await nextAnswered();
    await ask(request);
  },
  async "sent-twice"({ near, request, ask }) {
    // The second answer is the one that counts: the first was given up.
    const [, second] = await Promise.all([ask(request), ask(request)]);
    near.write(second);
  },
};

/** Does to an exchange what the fault says. */
export async function act(fault: ProxyFault, exchange: Exchange): Promise<void> {
  if (typeof fault === "string") return named[fault](exchange);
  const { near, request, ask } = exchange;
  if ("status" in fault) return void near.write(ownAnswer(fault.status, fault.headers, fault.body));
  if ("statusAfterEffect" in fault) {
    await ask(request);
    return void near.write(ownAnswer(fault.statusAfterEffect));
  }
  await delay(fault.latencyMs);
  const answer = await ask(request);
  await delay(fault.latencyMs);
  near.write(answer);
}

function withSomeBody(answer: Buffer): Buffer {
  return answer.subarray(0, parted(answer).head.length + 5);
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
