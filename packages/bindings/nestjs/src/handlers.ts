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

/** Says which guard a handler has. */
export class Handlers<Req extends object> {
  readonly #base: Guard<Req>;
  readonly #known = new WeakMap<object, WeakMap<object, { readonly guard: Guard<Req> | undefined }>>();

  constructor(base: Guard<Req>) {
    this.#base = base;
  }

  /** The guard of a handler in its controller; undefined where it is not protected. */
  guardOf(controller: Type, handler: Decorated): Guard<Req> | undefined {
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
    if (!isController && choiceOf(owner)) throw new TypeError(noRequest(owner.name));
    for (const name of new MetadataScanner().getAllMethodNames(owner.prototype)) {
      this.#checkHandler(owner, owner.prototype[name], `${owner.name}.${name}`, isController);
    }
  }

  #checkHandler(owner: Type, handler: Decorated, where: string, isController: boolean): void {
    const own = choiceOf<Req>(handler);
    if (!isController || reflector.get(PATH, handler) === undefined) {
      if (own) throw new TypeError(noRequest(where));
      return;
    }
    const guard = naming(where, () => this.guardOf(owner, handler));
    const method = RequestMethod[reflector.get<RequestMethod>(METHOD, handler)] ?? "";
    if (own && method !== "ALL" && !guard?.covers(method)) {
      throw new TypeError(`${where}: @Idempotent() protects nothing here; name ${method} in methods`);
    }
  }
}

type Choice<Req extends object> = RouteOptions<Req> | false | undefined;
// biome-ignore lint/complexity/noBannedTypes: Nest's own type of what it hands over
type Decorated = Function;

function choiceOf<Req extends object>(target: Decorated): Choice<Req> {
  return reflector.get<Choice<Req>>(CHOICE, target);
}

/** The headers that stand on a handler as `@Header()`. */
export function headersOn(handler: Decorated): readonly string[] {
  return (reflector.get<readonly { name: string }[] | undefined>(HEADERS, handler) ?? []).map(({ name }) => name);
}

/** Whether a handler is one of `@Sse()`. */
export function sendsEvents(handler: Decorated): boolean {
  return reflector.get<boolean | undefined>(SSE, handler) === true;
}

/** What to tell who wants it for anything but a request over HTTP. */
export function noRequest(where: string): string {
  return `${where}: @Idempotent() is for HTTP requests; where no response is stored, call run() of @oncekey/core`;
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
