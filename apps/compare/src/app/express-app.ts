import type { Answer, Scenario, ScriptedApp } from "@oncekey/conformance";
import compression from "compression";
import express, { type Express, type NextFunction, type Request, type RequestHandler, type Response } from "express";

/** How one candidate is mounted. */
export interface Mounting {
  /** The protection of one route. */
  protect(scenario: Scenario): RequestHandler;
  /** Whether bodies are parsed first, for a protection that looks at `req.body`. */
  readonly parsersFirst: boolean;
  /** Whether the protection itself leaves alone the methods that it is not for; default: it is not mounted for them. */
  readonly everyMethod?: boolean;
  /** True where the protection has answered and yet called the handler, which then must do nothing. */
  readonly isAnswered?: (req: Request) => boolean;
  /** Tells the protection that the handler failed, where it wants to be told. */
  readonly reportFailure?: (req: Request) => Promise<void>;
}

/** The scripted app on Express, with Express's own means. */
export function expressApp(app: ScriptedApp, mounting: Mounting): Express {
  const server = express();
  server.set("env", "test"); // or Express prints errors
  server.use("/scenario/compressible", compression({ threshold: 0 }));
  for (const scenario of app.scenarios) {
    const path = `/scenario/${scenario.name}`;
    if (mounting.parsersFirst) server.use(path, ...parsers(scenario.options.maxBodyBytes));
    server.all(path, protectionOf(scenario, mounting), handlerOf(app, scenario, mounting));
  }
  server.use("/control", (req, res) => {
    const { status, json } = app.control(req.method, req.originalUrl);
    res.status(status).json(json);
  });
  server.use(answerError);
  return server;
}

/** Every body reaches `req.body`: what no other parser knows, as bytes. */
export function parsers(limit = 1_048_576): readonly RequestHandler[] {
  return [
    express.json({ strict: false, limit }),
    express.urlencoded({ extended: true, limit }),
    express.text({ limit }),
    express.raw({ type: ({ headers }) => headers["content-length"] !== "0", limit }),
  ];
}

/** The bytes of a body that has not been read, or was read by one of {@link parsers}. */
export async function bytesOf(req: { readonly body?: unknown } & AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const { body } = req;
  if (body instanceof Uint8Array) return body;
  if (body !== undefined) return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const chunks: Uint8Array[] = [];
  for await (const chunk of req) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Handlers send text and JSON as strings, which some protections understand better than bytes. */
export function isText(headers: Answer["headers"]): boolean {
  return headers.some(([name, value]) => name === "content-type" && /^(text\/|application\/json)/.test(value));
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

function protectionOf(scenario: Scenario, { protect, everyMethod = false }: Mounting): RequestHandler {
  const protection = protect(scenario);
  if (everyMethod) return protection;
  const methods = scenario.options.methods ?? ["POST", "PATCH"];
  return (req, res, next) => (methods.includes(req.method) ? protection(req, res, next) : next());
}

function handlerOf(app: ScriptedApp, scenario: Scenario, mounting: Mounting): RequestHandler {
  const { isAnswered = () => false, reportFailure = async () => {} } = mounting;
  return async (req, res, next) => {
    if (isAnswered(req)) return;
    try {
      const visit = await app.visit(scenario, { header: (name) => req.get(name), body: () => bytesOf(req) });
      if (visit.kind === "answer") return send(res, visit.answer);
      await reportFailure(req);
      next(visit.error);
    } catch (error) {
      await reportFailure(req);
      throw error;
    }
  };
}

function send(res: Response, { status, headers, body }: Answer): void {
  res.status(status);
  for (const [name, value] of headers) res.append(name, value);
  if (body.kind === "json") res.json(body.value);
  else if (body.kind === "redirect") res.redirect(status, body.location);
  else if (body.kind === "none") res.end();
  else if (body.kind === "bytes") res.send(isText(headers) ? textOf(body.bytes) : Buffer.from(body.bytes));
  else if (body.kind === "events") {
    res.on("close", body.gone).flushHeaders();
    for (const event of body.events) res.write(event);
  } else {
    for (const piece of body.pieces) res.write(piece);
    if (body.breaksOff) res.destroy(new Error("this answer breaks off because its script says so"));
    else res.end();
  }
}

/** As applications do it: the status that the protection chose, or the one that a parser's error brings, else 500. */
function answerError(error: unknown, _req: Request, res: Response, next: NextFunction): void {
  if (res.headersSent) {
    next(error);
    return;
  }
  const asked =
    typeof error === "object" && error !== null && "status" in error ? Number(error.status) : res.statusCode;
  const status = asked >= 400 ? asked : 500;
  const message = status < 500 && error instanceof Error ? error.message : "internal";
  res.status(status).json({ error: message });
}
