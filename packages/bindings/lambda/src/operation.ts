import { type Attempt, createOncekey, fingerprint, type Oncekey, type OperationOptions } from "@oncekey/core";
import type { EngineChoice } from "@oncekey/http";
import type { LambdaOptions } from "./idempotency.js";
import { forLease, Invocations, SETTLE_WITHIN_MS } from "./time-left.js";
import type { InvocationContext } from "./types.js";

/** Which operation an input is. */
export interface OperationChoice<Input> {
  /** Names the operation: the same for every repetition, and never for another one. */
  readonly key: (input: Input) => string;
  /** Whose key it is; `"global"` where all are one. */
  readonly scope: string | ((input: Input) => string);
  /** What makes two inputs under one key the same request, as a JSON value. */
  readonly payload?: (input: Input) => unknown;
}

/** Options of functions that no HTTP request calls: which operation it is, those of the engine, and {@link LambdaOptions}. */
export type OperationSettings<Input> = OperationChoice<Input> & EngineChoice & LambdaOptions;

/** Runs what an input asks for, once. */
export interface Operations<Input, Result> {
  run(
    input: Input,
    context: InvocationContext,
    handler: (attempt: Attempt) => Result | Promise<Result>,
  ): Promise<Result>;
  /** The invocations that run these operations. */
  readonly invocations: Invocations;
  close: Oncekey["close"];
}

/** Makes the engine and checks the options. */
export function operationsOf<Input, Result>({
  key,
  scope,
  payload = (input) => input,
  settleWithinMs = SETTLE_WITHIN_MS,
  ...choice
}: OperationSettings<Input>): Operations<Input, Result> {
  for (const [name, given] of Object.entries({ key, payload })) {
    if (typeof given !== "function") throw new TypeError(`${name}: expected a function of the event`);
  }
  if (typeof scope !== "function" && (typeof scope !== "string" || scope === "")) {
    throw new TypeError(
      'scope: expected a text, or a function of the event that names whose key it is; "global" where all are one',
    );
  }
  const engine = engineOf(choice);
  const engineFor = forLease(choice, (lease) => engine.with(lease));
  return {
    run(input, context, handler) {
      const operation = {
        key: key(input),
        scope: typeof scope === "function" ? scope(input) : scope,
        fingerprint: fingerprint({ method: "INVOKE", path: "/", body: { parsed: payload(input) } }),
      };
      return engineFor(context).run(operation, handler);
    },
    invocations: new Invocations(engine.idle.bind(engine), settleWithinMs),
    close: engine.close.bind(engine),
  };
}

function engineOf({ oncekey, store, ...options }: EngineChoice): Oncekey {
  if (oncekey !== undefined) return oncekey.with(options satisfies OperationOptions);
  if (store === undefined) throw new TypeError("options: there is neither a store nor an oncekey; give one of them");
  return createOncekey({ ...options, store });
}
