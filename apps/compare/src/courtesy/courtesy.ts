import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { BindingFixture, ScriptedApp } from "@oncekey/conformance";
import { listen } from "../app/listen.js";
import type { Dialect } from "./dialect.js";
import type { Judged } from "./judged.js";
import { type Message, translate } from "./translate.js";

/** Names an exchange, so that the handler can tell that it ran for it. */
const exchangeHeader = "x-compare-exchange";

/** Belong to one connection. */
const hopByHop = new Set(["connection", "keep-alive", "transfer-encoding"]);

/**
 * A fixture behind a proxy that speaks the suite's form.
 *
 * What a handler answers passes as it comes, byte by byte and at once. What the protection answers by itself is
 * translated: see {@link translate}.
 */
export function withCourtesy(fixture: BindingFixture, dialect: Dialect, judged: Judged): BindingFixture {
  if (judged === "as it is") return fixture;
  return {
    ...fixture,
    start: async (app) => {
      const log = new ExchangeLog(app);
      const server = await fixture.start(app);
      const courtesy = new Courtesy(new URL(server.url), dialect, judged, log);
      const proxy = await listen((incoming, outgoing) => courtesy.pass(incoming, outgoing));
      return {
        url: proxy.url,
        close: async () => {
          await proxy.close();
          await server.close();
        },
      };
    },
  };
}

/** Knows which exchanges reached a handler, and what handlers answered. */
class ExchangeLog {
  readonly #handled = new Set<string>();
  readonly #answers = new Map<string, Omit<Message, "body">>();

  constructor(app: ScriptedApp) {
    const visit = app.visit.bind(app);
    app.visit = (scenario, asked) => {
      this.#handled.add(asked.header(exchangeHeader) ?? "");
      return visit(scenario, asked);
    };
  }

  isHandled(exchange: string): boolean {
    return this.#handled.has(exchange);
  }

  keep(incoming: IncomingMessage, answer: Omit<Message, "body">): void {
    this.#answers.set(this.#placeOf(incoming), answer);
  }

  answerOf(incoming: IncomingMessage): Omit<Message, "body"> | undefined {
    return this.#answers.get(this.#placeOf(incoming));
  }

  #placeOf({ url, headers }: IncomingMessage): string {
    return JSON.stringify([url, headers["x-account"], headers["x-token"]]);
  }
}

class Courtesy {
  readonly #server: URL;
  readonly #dialect: Dialect;
  readonly #judged: Judged;
  readonly #log: ExchangeLog;
  #exchanges = 0;
  #storeIsDown = false;

  constructor(server: URL, dialect: Dialect, judged: Judged, log: ExchangeLog) {
    this.#server = server;
    this.#dialect = dialect;
    this.#judged = judged;
    this.#log = log;
  }

  pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    this.#exchanges += 1;
    const exchange = String(this.#exchanges);
    if (incoming.url?.startsWith("/control/store")) this.#storeIsDown = incoming.url.endsWith("fault=down");
    const onward = this.#forward(incoming, exchange);
    onward.on("response", (answer) => this.#answer(exchange, incoming, answer, outgoing));
    onward.on("error", () => outgoing.destroy());
    outgoing.on("close", () => {
      if (!outgoing.writableFinished) onward.destroy();
    });
  }

  #forward(incoming: IncomingMessage, exchange: string): ClientRequest {
    const { method, url = "/", rawHeaders } = incoming;
    const lines = pairs(rawHeaders).filter(([name]) => name.toLowerCase() !== "connection");
    const headers = [...lines, [exchangeHeader, exchange] as const].flat();
    const onward = request(new URL(url, this.#server), { method: method ?? "GET", headers, agent: false });
    incoming.pipe(onward);
    return onward;
  }

  #answer(exchange: string, incoming: IncomingMessage, answer: IncomingMessage, outgoing: ServerResponse): void {
    answer.on("error", () => outgoing.destroy());
    const status = answer.statusCode ?? 0;
    const lines = pairs(answer.rawHeaders)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => !hopByHop.has(name));
    const isScripted = incoming.url?.startsWith("/scenario/") === true;
    if (isScripted && !this.#log.isHandled(exchange)) {
      void this.#translated(incoming, answer, { status, lines }, outgoing);
      return;
    }
    if (isScripted) this.#log.keep(incoming, { status, lines });
    outgoing.writeHead(status, lines.flat());
    answer.pipe(outgoing);
  }

  async #translated(
    incoming: IncomingMessage,
    answer: IncomingMessage,
    head: Omit<Message, "body">,
    outgoing: ServerResponse,
  ): Promise<void> {
    const chunks: Uint8Array[] = [];
    try {
      for await (const chunk of answer) chunks.push(chunk);
    } catch {
      outgoing.destroy(); // it broke off, and so does its translation
      return;
    }
    const message = translate({ ...head, body: Buffer.concat(chunks) }, this.#dialect, this.#judged, {
      keyLines: pairs(incoming.rawHeaders)
        .filter(([name]) => name.toLowerCase() === "idempotency-key")
        .map(([, value]) => value),
      first: this.#log.answerOf(incoming),
      storeIsDown: this.#storeIsDown,
    });
    outgoing.writeHead(message.status, message.lines.flat());
    outgoing.end(message.body);
  }
}

/** Header lines, out of Node's flat list. */
function pairs(raw: readonly string[]): (readonly [name: string, value: string])[] {
  return Array.from({ length: raw.length / 2 }, (_, index) => [raw[2 * index] ?? "", raw[2 * index + 1] ?? ""]);
}
