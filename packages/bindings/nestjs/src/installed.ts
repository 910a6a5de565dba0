import { type CanActivate, type ExecutionContext, Inject } from "@nestjs/common";
import { Idempotency } from "./idempotency.js";

/**
 * Stands on everything that is `@Idempotent()`. Without the module nothing would run once, and nobody would notice: so Nest
 * finds at the start that what this needs is missing.
 */
export class ModuleIsImported implements CanActivate {
  readonly #idempotency: Idempotency;

  constructor(idempotency: Idempotency) {
    this.#idempotency = idempotency;
  }

  canActivate(context: ExecutionContext): boolean {
    return this.#idempotency.admit(context);
  }
}

// Not as a decorator: what builds this package need not know them.
Inject(Idempotency)(ModuleIsImported, undefined, 0);
