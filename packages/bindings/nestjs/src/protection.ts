import type { CallHandler, CanActivate, ExecutionContext, NestInterceptor } from "@nestjs/common";
import type { Observable } from "rxjs";
import { holdEvents } from "./events.js";
import { exchange } from "./exchange.js";
import { type Handlers, headersOn, noRequest, sendsEvents } from "./handlers.js";
import { type PlatformRequest, platformOf } from "./platform.js";

/** What stands around every handler of an application. */
export class Protection<Req extends PlatformRequest> implements CanActivate, NestInterceptor {
  readonly #handlers: Handlers<Req>;

  constructor(handlers: Handlers<Req>) {
    this.#handlers = handlers;
  }

  /**
   * The first guard, which refuses nobody. Nest begins the answer of an `@Sse()` handler before it asks an interceptor, and
   * the head would be out before the key is claimed; guards come earlier.
   */
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() === "http" && sendsEvents(context.getHandler())) {
      const guard = this.#handlers.guardOf(context);
      const { incoming, response } = platformOf<Req>(context.switchToHttp());
      if (guard?.covers(incoming.method)) holdEvents(response, guard.maxResponseBytes);
    }
    return true;
  }

  /**
   * The outermost interceptor: after all guards, so that nobody sees a replay who may not ask and `scope` knows the caller;
   * around all other interceptors, pipes, the handler and the filters, whose answer is what is stored.
   */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> | Promise<Observable<unknown>> {
    const guard = this.#handlers.guardOf(context);
    if (guard === undefined) return next.handle();
    const handler = context.getHandler();
    if (context.getType() !== "http") throw noRequest(`${context.getClass().name}.${handler.name}`);
    const platform = platformOf<Req>(context.switchToHttp());
    if (!guard.covers(platform.incoming.method)) return next.handle();
    return exchange(guard, platform, next, headersOn(handler));
  }
}
