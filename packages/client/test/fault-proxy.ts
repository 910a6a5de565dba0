import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { messageLength } from "./http-message.js";
import { act, type Exchange, type ProxyFault } from "./proxy-faults.js";

/** What a proxy has to know of the server behind it, and of the client before it. */
export interface ProxyOptions {
  /** The port of the server. */
  readonly to: number;
  readonly script: readonly ProxyFault[];
  /** Called when an attempt will hear nothing more. */
  readonly onStuck: () => void;
  /** Resolves when the server is at work on a request. */
  readonly running: () => Promise<void>;
  /** Called with every answer that goes by, before it does. */
  readonly onAnswer: (answer: Buffer) => void;
}

/**
 * A network with faults, as a TCP proxy: each attempt takes the next one of the script; when that is used up, it is passed on.
 *
 * It reads requests to their end and keeps their bytes, and asks the server over a connection of its own for each.
 */
export class FaultProxy {
  readonly #options: ProxyOptions;
  readonly #script: ProxyFault[];
  readonly #sockets = new Set<Socket>();
  readonly #underWay = new Set<Promise<void>>();
  #server: Server | undefined;
  #port = 0;
  #fault: ProxyFault = "answer";
  #next = new NextAttempt();
  /** The bytes of every request that came in whole, without those of `warmUp()`. */
  readonly requests: Buffer[] = [];
  /** What went wrong in the proxy itself. */
  readonly errors: unknown[] = [];
  attempts = 0;

  private constructor(options: ProxyOptions) {
    this.#options = options;
    this.#script = [...options.script];
  }

  static async start(options: ProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    await proxy.#open();
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** A `fetch` for the client: the network changes before each of its attempts. */
  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    this.attempts += 1;
    this.#fault = this.#script.shift() ?? "answer";
    await (this.#fault === "refuse" ? this.#shut() : this.#open());
    return globalThis.fetch(input, init);
  };

  /** Leaves the client with a connection that has worked before. */
  async warmUp(): Promise<void> {
    await (await globalThis.fetch(`${this.url}/warm-up`)).text();
    this.requests.length = 0;
  }

  /** From now on all goes well. */
  heal(): void {
    this.#script.length = 0;
  }

  /** Resolves when nothing is on its way any more, late requests included. */
  async quiet(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#shut();
  }

  async #open(): Promise<void> {
    if (this.#server !== undefined) return;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => this.#accept(near));
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    this.#port = typeof address === "object" ? (address?.port ?? 0) : 0;
  }

  async #shut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (server === undefined) return;
    server.close();
    await once(server, "close");
  }

  #accept(near: Socket): void {
    let bytes = Buffer.alloc(0);
    let vanished = false;
    this.#track(near);
    near.on("end", () => vanished || near.end());
    near.on("data", (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      const length = messageLength(bytes);
      if (length === undefined) return;
      const request = bytes.subarray(0, length);
      bytes = bytes.subarray(length);
      this.#handle(near, request, () => {
        vanished = true;
        near.pause();
      });
    });
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => {}); // a reset, which "close" tells of too
  }

  #handle(near: Socket, request: Buffer, vanish: () => void): void {
    this.requests.push(request);
    const before = this.#next;
    const next = new NextAttempt();
    this.#next = next;
    before.come();
    const exchange: Exchange = {
      near,
      request,
      ask: (bytes) => this.#ask(bytes),
      tell: (bytes) => this.#tell(bytes),
      stuck: this.#options.onStuck,
      vanish,
      running: this.#options.running,
      nextCame: () => next.came,
      nextAnswered: () => next.answered,
    };
    const work = act(this.#fault, exchange)
      .catch((error: unknown) => void this.errors.push(error))
      .finally(() => {
        before.answer();
        this.#underWay.delete(work);
      });
    this.#underWay.add(work);
  }

  async #ask(bytes: Buffer): Promise<Buffer> {
    const far = await this.#connect();
    far.write(bytes);
    let answer = Buffer.alloc(0);
    for await (const chunk of far) {
      answer = Buffer.concat([answer, chunk]);
      if (messageLength(answer) === answer.length) {
        this.#options.onAnswer(answer);
        return answer;
      }
    }
    throw new Error(`the server cut its answer off: ${answer.toString()}`);
  }

  async #tell(bytes: Buffer): Promise<void> {
    const far = await this.#connect();
    await new Promise((resolve) => far.write(bytes, resolve));
    far.resetAndDestroy();
    await once(far, "close");
  }

  async #connect(): Promise<Socket> {
    const far = connect(this.#options.to, "127.0.0.1");
    this.#track(far);
    await once(far, "connect");
    return far;
  }
}

/** What somebody may wait for who is early. */
class NextAttempt {
  come = () => {};
  answer = () => {};
  readonly came = new Promise<void>((resolve) => {
    this.come = resolve;
  });
  readonly answered = new Promise<void>((resolve) => {
    this.answer = resolve;
  });
}
