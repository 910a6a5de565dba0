import { type CanActivate, Inject, Injectable } from "@nestjs/common";

/** The protection of one application. Injected by those who need it to be there. */
export class Idempotency {
  readonly #close: (() => Promise<unknown>) | undefined;
  #started = false;

  /** @param close Ends what was made for this application. */
  constructor(close: (() => Promise<unknown>) | undefined) {
    this.#close = close;
  }

  /** Called by Nest before the first request, unless a dependency of ours lives as long as a request only. */
  onModuleInit(): void {
    this.#started = true;
  }

  /** Called by Nest while connections still stand, and so does what other modules close as the application ends. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.#close?.();
  }

  get started(): boolean {
    return this.#started;
  }
}

/**
 * Stands on everything that is `@Idempotent()`. Without the module nothing would run once, and nobody would notice: so Nest
 * finds at the start that what this needs is missing.
 */
export class ModuleIsImported implements CanActivate {
  readonly #idempotency: Idempotency;

  constructor(idempotency: Idempotency) {
    this.#idempotency = idempotency;
  }

  canActivate(): boolean {
    if (this.#idempotency.started) return true;
    throw new TypeError(
      "IdempotencyModule.forRootAsync: what it injects is request-scoped, so nothing is protected; inject what lives as long as the application",
    );
  }
}

// Not as decorators: what builds this package need not know them.
Injectable()(ModuleIsImported);
Inject(Idempotency)(ModuleIsImported, undefined, 0);
