import { RequestMethod, type Type } from "@nestjs/common";
import { MetadataScanner, type ModulesContainer } from "@nestjs/core";
import type { Guard, RouteOptions } from "@oncekey/http";
import { routeGuard } from "@oncekey/http/node";

/** Where `@Idempotent()` leaves its options. */
export const CHOICE = "oncekey:idempotent";

/** Where Nest's own decorators leave what they were given. */
const METHOD = "method";
const HEADERS = "__headers__";
const SSE = "__sse__";

/** How a handler is protected. */
export interface Plan<Req extends object> {
  readonly guard: Guard<Req>;
  /** The names of the headers that stand on it as `@Header()`, in lower case. */
  readonly ownHeaders: readonly string[];
  /** Whether it is one of `@Sse()`. */
  readonly sendsEvents: boolean;
}

/** Says how handlers are protected. Of each it is found out once. */
export class Handlers<Req extends object> {
  readonly #base: Guard<Req>;
  readonly #known = new WeakMap<object, WeakMap<object, Plan<Req> | false>>();

  constructor(base: Guard<Req>) {
    this.#base = base;
  }

  /** The plan for a handler of a controller; false where it is not protected. */
  planOf(controller: Type, handler: Decorated, name = handler.name): Plan<Req> | false {
    let plans = this.#known.get(controller);
    if (plans === undefined) {
      plans = new WeakMap();
      this.#known.set(controller, plans);
    }
    let plan = plans.get(handler);
    if (plan === undefined) {
      plan = this.#make(controller, handler, name);
      plans.set(handler, plan);
    }
    return plan;
  }

  #make(controller: Type, handler: Decorated, name: string): Plan<Req> | false {
    const [inherited, own] = [choiceOf<Req>(controller), choiceOf<Req>(handler)];
    if (!(own ?? inherited)) return false;
    const method = read<RequestMethod>(METHOD, handler) ?? RequestMethod.ALL;
    const asked = own && method !== RequestMethod.ALL ? [RequestMethod[method]] : [];
    return {
      guard: routeGuard(this.#base, { ...inherited, ...own }, `${controller.name}.${name}: @Idempotent()`, asked),
      ownHeaders: (read<readonly { name: string }[]>(HEADERS, handler) ?? []).map((header) =>
        header.name.toLowerCase(),
      ),
      sendsEvents: read(SSE, handler) === true,
    };
  }

  /** Refuses what cannot be protected, and wrong options, when the application starts. */
  check(modules: ModulesContainer): void {
    for (const { controllers, providers } of modules.values()) {
      for (const { metatype } of [...controllers.values(), ...providers.values()]) {
        // Not every provider is made from a class.
        if (isClass(metatype)) this.#check(metatype, controllers.has(metatype));
      }
    }
  }

  #check(owner: Type, isController: boolean): void {
    if (!isController && choiceOf(owner)) throw noRequest(owner.name);
    for (const name of new MetadataScanner().getAllMethodNames(owner.prototype)) {
      const handler: Decorated = owner.prototype[name];
      if (isController && read(METHOD, handler) !== undefined) this.planOf(owner, handler, name);
      else if (choiceOf(handler)) throw noRequest(`${owner.name}.${name}`);
    }
  }
}

type Choice<Req extends object> = RouteOptions<Req> | false | undefined;
// biome-ignore lint/complexity/noBannedTypes: Nest's own type of what it hands over
type Decorated = Function;

function read<T>(name: string, target: Decorated): T | undefined {
  return Reflect.getMetadata(name, target);
}

function choiceOf<Req extends object>(target: Decorated): Choice<Req> {
  return read(CHOICE, target);
}

/** What to tell who wants it for anything but a request over HTTP. */
export function noRequest(where: string): TypeError {
  return new TypeError(`${where}: @Idempotent() is for HTTP requests; elsewhere call run() of @oncekey/core`);
}

function isClass(metatype: Decorated | null): metatype is Type {
  return metatype?.prototype !== undefined;
}
