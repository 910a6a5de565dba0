import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { forEachKey } from "../stores/contender.js";
import { ACCOUNT, ACCOUNT_HEADER, bodyText, KEY_HEADER, PATH, RECEIPT } from "./request.js";

const HEAD_END = "\r\n\r\n";
const LAST_CHUNK = "\r\n0\r\n\r\n";

/**
 * Clients of one server, each on a connection that stays, with one request at a time. It writes requests and reads answers
 * by itself, as far as it has to: a general client (undici, autocannon) takes as much processor time for a request as the
 * fastest servers here, and would be what is measured on two cores.
 */
export class Load {
  readonly #clients: readonly Client[];

  private constructor(clients: readonly Client[]) {
    this.#clients = clients;
  }

  static async open(port: number, atOnce: number): Promise<Load> {
    return new Load(await Promise.all(Array.from({ length: atOnce }, () => Client.open(port))));
  }

  /** Sends one request for each of these keys. A wrong answer rejects. Answers how long each took. */
  async send(keys: readonly string[]): Promise<readonly number[]> {
    const latenciesMs: number[] = [];
    const idle = [...this.#clients];
    await forEachKey(keys, idle.length, async (key) => {
      const client = idle.pop();
      if (client === undefined) throw new Error("unreachable: there are as many clients as callers");
      const asked = performance.now();
      const answer = await client.ask(key);
      latenciesMs.push(performance.now() - asked);
      idle.push(client);
      if (!answer.startsWith("HTTP/1.1 201 ") || !answer.includes(RECEIPT)) throw new Error(`Answered:\n${answer}`);
    });
    return latenciesMs;
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }
}

class Client {
  readonly #socket: Socket;
  readonly #beforeKey: string;
  #answer = "";
  #resolve: (answer: string) => void = () => {};
  #reject: (error: Error) => void = () => {};

  private constructor(socket: Socket, port: number) {
    this.#socket = socket;
    this.#beforeKey = [
      `POST ${PATH} HTTP/1.1`,
      `host: 127.0.0.1:${port}`,
      "accept: */*",
      "content-type: application/json",
      `content-length: ${Buffer.byteLength(bodyText)}`,
      `${ACCOUNT_HEADER}: ${ACCOUNT}`,
      `${KEY_HEADER}: `,
    ].join("\r\n");
    socket.setNoDelay(true);
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => this.#read(text));
    socket.on("error", (error) => this.#reject(error));
    socket.on("close", () => this.#reject(new Error("The server hung up.")));
  }

  static async open(port: number): Promise<Client> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new Client(socket, port);
  }

  /** The whole answer, its head included. */
  ask(key: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      if (this.#socket.destroyed) reject(new Error("The server has hung up."));
      else this.#socket.write(`${this.#beforeKey}${key}${HEAD_END}${bodyText}`);
    });
  }

  close(): void {
    this.#reject = () => {};
    this.#socket.destroy();
  }

  #read(text: string): void {
    this.#answer += text;
    if (!isWhole(this.#answer)) return;
    const answer = this.#answer;
    this.#answer = "";
    this.#resolve(answer);
  }
}

function isWhole(answer: string): boolean {
  const head = answer.indexOf(HEAD_END);
  if (head < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(answer)?.[1];
  if (length === undefined) return answer.endsWith(LAST_CHUNK);
  return answer.length >= head + HEAD_END.length + Number(length);
}
