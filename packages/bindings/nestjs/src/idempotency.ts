import type { CallHandler, ExecutionContext, NestInterceptor } from "@nestjs/common";
import type { Observable } from "rxjs";
import { exchange, holdEvents } from "./exchange.js";
import { type Handlers, noRequest, type Plan } from "./handlers.js";
import { type PlatformRequest, sidesOf } from "./platform.js";

/** The protection of one application. Injected by those who need it to be there. */
export class Idempotency<Req extends PlatformRequest = PlatformRequest> implements NestInterceptor {
  /** Called by Nest while connections still stand, and so does what other modules close as the application ends. */
  readonly beforeApplicationShutdown: (() => unknown) | undefined;
  readonly #handlers: Handlers<Req>;
  #started = false;

  /** @param close Ends what was made for this application. */
  constructor(handlers: Handlers<Req>, close: (() => unknown) | undefined) {
    this.#handlers = handlers;
    this.beforeApplicationShutdown = close;
  }

  /** Called by Nest before the first request, unless a dependency of ours lives as long as a request only. */
  onModuleInit(): void {
    this.#started = true;
  }

  /**
   * Before the interceptor, and refuses nobody. Nest begins the answer of an `@Sse()` handler before it asks an interceptor,
   * and the head would be out before the key is claimed; guards come earlier.
   */
  admit(context: ExecutionContext): boolean {
    if (!this.#started) {
      throw new TypeError(
        "IdempotencyModule.forRootAsync: what it injects is request-scoped, so nothing is protected; inject what lives as long as the application",
      );
    }
    const plan = this.#planOf(context);
    if (plan?.sendsEvents) {
      const { request, response } = sidesOf<Req>(context.switchToHttp());
      if (plan.guard.covers(request.method)) holdEvents(response, plan.guard.maxResponseBytes);
    }
    return true;
  }

  /**
   * The outermost interceptor: after all guards, so that nobody sees a replay who may not ask and `scope` knows the caller;
   * around all other interceptors, pipes, the handler and the filters, whose answer is what is stored.
   */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> | Promise<Observable<unknown>> {
    const plan = this.#planOf(context);
    if (!plan) return next.handle();
    const sides = sidesOf<Req>(context.switchToHttp());
    return plan.guard.covers(sides.request.method) ? exchange(plan, sides, next) : next.handle();
  }

  /** @throws Where the handler is protected, and what calls it is no HTTP request. */
  #planOf(context: ExecutionContext): Plan<Req> | undefined {
    const [controller, handler] = [context.getClass(), context.getHandler()];
    const plan = this.#handlers.planOf(controller, handler);
    if (plan && context.getType() !== "http") throw noRequest(`${controller.name}.${handler.name}`);
    return plan || undefined;
  }
}
