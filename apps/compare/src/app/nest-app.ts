import "reflect-metadata";
import { Readable } from "node:stream";
import {
  Controller,
  type DynamicModule,
  Redirect,
  Req,
  RequestMapping,
  RequestMethod,
  Res,
  StreamableFile,
} from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { Idempotent, NodeIdempotencyModule } from "@node-idempotency/nestjs";
import type { StorageAdapter } from "@node-idempotency/storage";
import {
  type Answer,
  type BindingFeature,
  type RunningBinding,
  type Scenario,
  type ScriptedApp,
  streamOf,
} from "@oncekey/conformance";
import compression from "compression";
import type { Request, Response } from "express";
import { bytesOf, isText, parsers, textOf } from "./express-app.js";

type Handler = (req: Request, res: Response) => Promise<unknown>;

/** The scripted app on NestJS with the plugin of node-idempotency, which looks at what handlers return. */
export async function nestApp(app: ScriptedApp, adapter: StorageAdapter): Promise<RunningBinding> {
  const nest = await NestFactory.create(moduleOf(app, adapter), {
    bodyParser: false,
    logger: false,
    abortOnError: false,
    forceCloseConnections: true,
  });
  nest.use("/scenario/compressible", compression({ threshold: 0 }));
  for (const { name, options } of app.scenarios) {
    for (const parser of parsers(options.maxBodyBytes)) nest.use(`/scenario/${name}`, parser);
  }
  nest.use("/control", (req: Request, res: Response) => {
    const { status, json } = app.control(req.method, req.originalUrl);
    res.status(status).json(json);
  });
  await nest.listen(0, "127.0.0.1");
  return { url: await nest.getUrl(), close: () => nest.close() };
}

function moduleOf(app: ScriptedApp, adapter: StorageAdapter): DynamicModule {
  class ScriptedModule {}
  return {
    module: ScriptedModule,
    imports: [NodeIdempotencyModule.forRootAsync({ storage: { adapter }, keyMaxLength: 255 })],
    controllers: [controllerOf(app)],
  };
}

/** What neither Nest nor the library offers. */
const lacking: readonly BindingFeature[] = ["policies", "not-executed", "error-handler"];

/** One method for each protected route, and one for the methods that the protection is not for. */
function controllerOf(app: ScriptedApp): new () => object {
  class ScriptedController {}
  for (const scenario of app.scenarios) {
    if (scenario.feature !== undefined && lacking.includes(scenario.feature)) continue;
    const guarded = scenario.options.methods ?? ["POST", "PATCH"];
    for (const method of scenario.methods) {
      const name = `${method} ${scenario.name}`;
      const handler = handlerOf(app, scenario);
      const descriptor = { value: handler, configurable: true, writable: true, enumerable: false };
      Object.defineProperty(ScriptedController.prototype, name, descriptor);
      for (const decorate of decoratorsOf(scenario, method, guarded.includes(method))) {
        decorate(ScriptedController.prototype, name, descriptor);
      }
      Req()(ScriptedController.prototype, name, 0);
      Res({ passthrough: true })(ScriptedController.prototype, name, 1);
    }
  }
  Controller("scenario")(ScriptedController);
  return ScriptedController;
}

function decoratorsOf({ name, handler, options }: Scenario, method: string, guarded: boolean): MethodDecorator[] {
  const decorators: MethodDecorator[] = [
    RequestMapping({ path: name, method: requestMethods[method] ?? RequestMethod.ALL }),
  ];
  if (handler.does === "answer" && handler.answer.body.kind === "redirect") decorators.push(Redirect());
  if (guarded) decorators.push(Idempotent({ enforceIdempotency: options.required ?? true }));
  return decorators;
}

const requestMethods: Readonly<Record<string, RequestMethod>> = {
  GET: RequestMethod.GET,
  HEAD: RequestMethod.HEAD,
  OPTIONS: RequestMethod.OPTIONS,
  POST: RequestMethod.POST,
  PATCH: RequestMethod.PATCH,
  PUT: RequestMethod.PUT,
  DELETE: RequestMethod.DELETE,
};

function handlerOf(app: ScriptedApp, scenario: Scenario): Handler {
  return async (req, res) => {
    const visit = await app.visit(scenario, { header: (name) => req.get(name), body: () => bytesOf(req) });
    if (visit.kind === "error") throw visit.error;
    return returned(res, visit.answer);
  };
}

/** Answers as a NestJS handler does: by what it returns. */
function returned(res: Response, { status, headers, body }: Answer): unknown {
  res.status(status);
  for (const [name, value] of headers) res.append(name, value);
  if (body.kind === "redirect") return { url: body.location, statusCode: status };
  if (body.kind === "json") return body.value;
  if (body.kind === "none") return undefined;
  // Text and JSON are returned as strings; NestJS sends other bytes as a file.
  if (body.kind === "bytes") return isText(headers) ? textOf(body.bytes) : new StreamableFile(Buffer.from(body.bytes));
  if (body.kind === "events")
    return new StreamableFile(Readable.fromWeb(streamOf(body)), { type: "text/event-stream" });
  // NestJS would end a stream that failed as if it were whole.
  return new StreamableFile(Readable.fromWeb(streamOf(body))).setErrorHandler(() => res.destroy());
}
