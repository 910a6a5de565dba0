import { RequestMethod, type Type } from "@nestjs/common";
import { MetadataScanner, type ModulesContainer, Reflector } from "@nestjs/core";
import type { Guard } from "@oncekey/http";
import { CHOICE, type RouteOptions } from "./idempotent.js";

/** Where Nest's own decorators leave what they were given. */
const PATH = "path";
const METHOD = "method";
const HEADERS = "__headers__";
const SSE = "__sse__";

const reflector = new Reflector();

/** A handler in its controller, as Nest's contexts name it. */
interface Route {
  getClass(): Type;
  getHandler(): Decorated;
}

/** Says which guard a handler has. */
export class Handlers<Req extends object> {
  readonly #base: Guard<Req>;
  readonly #known = new WeakMap<object, WeakMap<object, { readonly guard: Guard<Req> | undefined }>>();

  constructor(base: Guard<Req>) {
    this.#base = base;
  }

  /** The guard of a handler; undefined where it is not protected. */
  guardOf(route: Route): Guard<Req> | undefined {
    const [controller, handler] = [route.getClass(), route.getHandler()];
    const ofController = this.#known.get(controller) ?? new WeakMap();
    this.#known.set(controller, ofController);
    const known = ofController.get(handler) ?? { guard: this.#make(choiceOf(controller), choiceOf(handler)) };
    ofController.set(handler, known);
    return known.guard;
  }

  #make(ofController: Choice<Req>, own: Choice<Req>): Guard<Req> | undefined {
    if (own === false || !(own ?? ofController)) return undefined;
    return [ofController, own].reduce((guard, choice) => (choice ? guard.with(choice) : guard), this.#base);
  }

  /** Refuses what cannot be protected, and wrong options, when the application starts. */
  check(modules: ModulesContainer): void {
    for (const { controllers, providers } of modules.values()) {
      for (const { metatype } of controllers.values()) this.#check(metatype, true);
      for (const { metatype } of providers.values()) this.#check(metatype, false);
    }
  }

  #check(owner: Decorated | null, isController: boolean): void {
    // Not every provider is made from a class.
    if (!isClass(owner)) return;
    if (!isController && choiceOf(owner)) throw noRequest(owner.name);
    for (const name of new MetadataScanner().getAllMethodNames(owner.prototype)) {
      const handler: Decorated = owner.prototype[name];
      const where = `${owner.name}.${name}`;
      if (isController && read(PATH, handler) !== undefined) this.#checkHandler(owner, handler, where);
      else if (choiceOf(handler)) throw noRequest(where);
    }
  }

  #checkHandler(controller: Type, handler: Decorated, where: string): void {
    const guard = naming(where, () => this.guardOf({ getClass: () => controller, getHandler: () => handler }));
    const method = RequestMethod[read<RequestMethod>(METHOD, handler) ?? RequestMethod.ALL] ?? "";
    if (choiceOf(handler) && method !== "ALL" && !guard?.covers(method)) {
      throw new TypeError(`${where}: @Idempotent() protects nothing here; name ${method} in methods`);
    }
  }
}

type Choice<Req extends object> = RouteOptions<Req> | false | undefined;
// biome-ignore lint/complexity/noBannedTypes: Nest's own type of what it hands over
type Decorated = Function;

function read<T>(name: string, target: Decorated): T | undefined {
  return reflector.get<T | undefined>(name, target);
}

function choiceOf<Req extends object>(target: Decorated): Choice<Req> {
  return read(CHOICE, target);
}

/** The names of the headers that stand on a handler as `@Header()`, in lower case. */
export function headersOn(handler: Decorated): readonly string[] {
  return (read<readonly { name: string }[]>(HEADERS, handler) ?? []).map(({ name }) => name.toLowerCase());
}

/** Whether a handler is one of `@Sse()`. */
export function sendsEvents(handler: Decorated): boolean {
  return read(SSE, handler) === true;
}

/** What to tell who wants it for anything but a request over HTTP. */
export function noRequest(where: string): TypeError {
  return new TypeError(
    `${where}: @Idempotent() is for HTTP requests; where no response is stored, call run() of @oncekey/core`,
  );
}

function isClass(metatype: Decorated | null): metatype is Type {
  return typeof metatype?.prototype === "object" && metatype.prototype !== null;
}

/** Says of which handler an option is wrong. */
function naming<T>(where: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof TypeError) throw new TypeError(`${where}: @Idempotent(): ${error.message}`, { cause: error });
    throw error;
  }
}
