import type { DynamicModule, FactoryProvider, ModuleMetadata } from "@nestjs/common";
import { ApplicationConfig, ModulesContainer } from "@nestjs/core";
import { createGuard, type GuardOptions } from "@oncekey/http";
import { Handlers } from "./handlers.js";
import { Idempotency } from "./idempotency.js";
import type { PlatformRequest } from "./platform.js";

/** Options of the module. They are those of every binding: see the table in the README of `@oncekey/http`. */
export type IdempotencyOptions<Req extends object = PlatformRequest> = GuardOptions<Req>;

/** Options that are made of what Nest injects. */
export interface AsyncIdempotencyOptions<Req extends object = PlatformRequest> {
  /** Modules that export what is injected. */
  readonly imports?: ModuleMetadata["imports"];
  /** The tokens of what `useFactory` is given. All of it lives as long as the application. */
  readonly inject?: FactoryProvider["inject"];
  readonly useFactory: FactoryProvider<IdempotencyOptions<Req>>["useFactory"];
}

/**
 * Makes `@Idempotent()` handlers of an application run once per idempotency key.
 *
 * Import it once, in the root module; it holds for the controllers of all modules. Wrong options, also those of a handler,
 * are a `TypeError` when the application is created.
 */
// biome-ignore lint/complexity/noStaticOnlyClass: a class is what Nest takes for a module
export class IdempotencyModule {
  static forRoot<Req extends PlatformRequest = PlatformRequest>(options: IdempotencyOptions<Req>): DynamicModule {
    return IdempotencyModule.forRootAsync({ useFactory: () => options });
  }

  static forRootAsync<Req extends PlatformRequest = PlatformRequest>({
    imports = [],
    inject = [],
    useFactory,
  }: AsyncIdempotencyOptions<Req>): DynamicModule {
    const provider: FactoryProvider<Idempotency> = {
      provide: Idempotency,
      inject: [ApplicationConfig, ModulesContainer, ...inject],
      useFactory: async (config: ApplicationConfig, modules: ModulesContainer, ...injected: unknown[]) =>
        install(await useFactory(...injected), config, modules),
    };
    // Nest 10 takes two dynamic modules that look alike for one, and would pass over the options of the second.
    const mark = { provide: Symbol(`${Math.random()}`), useValue: 0 };
    return { module: IdempotencyModule, global: true, imports, providers: [provider, mark], exports: [Idempotency] };
  }
}

function install<Req extends PlatformRequest>(
  options: IdempotencyOptions<Req>,
  config: ApplicationConfig,
  modules: ModulesContainer,
): Idempotency<Req> {
  const guard = createGuard<Req>(options);
  const handlers = new Handlers(guard);
  handlers.check(modules);
  if (config.getGlobalInterceptors().some((each) => each instanceof Idempotency)) {
    throw new TypeError("IdempotencyModule is imported twice; import it once, and vary it by @Idempotent({ … })");
  }
  const idempotency = new Idempotency(handlers, options.oncekey === undefined ? () => guard.close() : undefined);
  // Providers are made before Nest adds anybody else's, so ours is the outermost.
  config.addGlobalInterceptor(idempotency);
  return idempotency;
}
