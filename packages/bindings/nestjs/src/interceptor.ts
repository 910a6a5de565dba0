import type { CallHandler, ExecutionContext, NestInterceptor } from "@nestjs/common";
import type { Guard } from "@oncekey/http";
import type { Observable } from "rxjs";
import { exchange } from "./exchange.js";
import { type Handlers, headersOn, noRequest } from "./handlers.js";
import { type PlatformRequest, platformOf } from "./platform.js";

/**
 * The outermost interceptor: after all guards, so that nobody sees a replay who may not ask and `scope` knows the caller;
 * around all other interceptors, pipes, the handler and the filters, whose answer is what is stored.
 */
export class IdempotencyInterceptor<Req extends PlatformRequest> implements NestInterceptor {
  readonly #handlers: Handlers<Req>;

  constructor(handlers: Handlers<Req>) {
    this.#handlers = handlers;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> | Promise<Observable<unknown>> {
    const controller = context.getClass();
    const handler = context.getHandler();
    const guard: Guard<Req> | undefined = this.#handlers.guardOf(controller, handler);
    if (guard === undefined) return next.handle();
    if (context.getType() !== "http") throw new TypeError(noRequest(`${controller.name}.${handler.name}`));
    const platform = platformOf<Req>(context.switchToHttp());
    if (!guard.covers(platform.incoming.method)) return next.handle();
    return exchange(guard, platform, next, headersOn(handler));
  }
}
