import { applyDecorators, createParamDecorator, SetMetadata, UseGuards } from "@nestjs/common";
import type { RouteOptions as GuardRouteOptions, HttpAttempt } from "@oncekey/http";
import { attempts } from "./exchange.js";
import { CHOICE } from "./handlers.js";
import { ModuleIsImported } from "./installed.js";
import type { PlatformRequest } from "./platform.js";

/** What one handler or controller may set for itself. */
export type RouteOptions<Req extends object = PlatformRequest> = GuardRouteOptions<Req>;

/**
 * Protects a handler, or those of a controller: it runs once per idempotency key, and every retry gets the first answer.
 * Of a controller only the handlers are protected whose method is one of `methods`.
 *
 * @param choice What differs from the options of the module; a handler's options come on top of its controller's. `false`
 * leaves a handler unprotected.
 */
export function Idempotent<Req extends object = PlatformRequest>(
  choice: RouteOptions<Req> | false = {},
): ClassDecorator & MethodDecorator {
  return applyDecorators(SetMetadata(CHOICE, choice), ...(choice ? [UseGuards(ModuleIsImported)] : []));
}

/** The attempt under which a handler runs, as a parameter: `@Attempt() attempt: HttpAttempt`. Undefined without protection. */
export const Attempt: () => ParameterDecorator = createParamDecorator((_data: unknown, context) =>
  attemptOf(context.switchToHttp().getRequest<object>()),
);

/** The attempt under which a request runs; undefined where it is not protected. For interceptors and services. */
export function attemptOf(request: object): HttpAttempt | undefined {
  return attempts.of(request);
}
