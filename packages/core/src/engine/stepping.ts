import { OncekeyError } from "../errors.js";
import type { Checkpoints } from "../record.js";
import type { Tools } from "./claiming.js";
import type { Hold } from "./hold.js";
import { jsonCodec } from "./result-codec.js";
import type { Sealing } from "./sealing.js";

/** The most bytes that the results of all steps of an operation may take, names and seals included. */
const MAX_CHECKPOINT_BYTES = 65_536;
const MAX_NAME_LENGTH = 256;

const codec = /* @__PURE__ */ jsonCodec<unknown>();
const utf8 = new TextEncoder();

/** Where steps are kept. */
export interface StepKeeper {
  /** Throws where nothing new may begin. */
  check(): void;
  /** Keeps what a step came to, so that a later attempt finds it. */
  save(name: string, result: Uint8Array): Promise<void>;
}

/** The steps of one attempt: those that an earlier one has finished are not run again. */
export class Steps {
  readonly #finished: ReadonlyMap<string, Uint8Array>;
  readonly #keeper: StepKeeper;
  readonly #begun = new Set<string>();
  #running: string | undefined;

  constructor(finished: ReadonlyMap<string, Uint8Array>, keeper: StepKeeper) {
    this.#finished = finished;
    this.#keeper = keeper;
  }

  async run<T>(name: string, step: () => T | Promise<T>): Promise<T> {
    this.#begin(name, step);
    const result = this.#finished.get(name);
    if (result !== undefined) return readValue(result);
    this.#running = name;
    try {
      return readValue(await this.#finish(name, step));
    } finally {
      this.#running = undefined;
    }
  }

  #begin(name: string, step: unknown): void {
    if (typeof name !== "string" || name === "" || name.length > MAX_NAME_LENGTH) {
      throw new TypeError(`step: its name has to be a text of 1 to ${MAX_NAME_LENGTH} characters`);
    }
    if (typeof step !== "function") throw new TypeError(`step ${JSON.stringify(name)}: expected a function`);
    if (this.#running !== undefined) {
      throw new TypeError(
        `step ${JSON.stringify(name)}: step ${JSON.stringify(this.#running)} is still running; steps go one after the other`,
      );
    }
    if (this.#begun.has(name)) {
      throw new TypeError(`step ${JSON.stringify(name)}: there was one of this name already; give each step its own`);
    }
    this.#begun.add(name);
  }

  async #finish(name: string, step: () => unknown): Promise<Uint8Array> {
    let value: unknown;
    try {
      this.#keeper.check();
      value = await step();
    } catch (error) {
      // Nothing is kept of a step that failed, so the handler may try it again.
      this.#begun.delete(name);
      throw error;
    }
    const bytes = codec.encode({ ok: true, value });
    if (!(bytes instanceof Uint8Array)) throw new TypeError("unreachable: JSON is bytes");
    await this.#keeper.save(name, bytes);
    return bytes;
  }
}

/** Read from what is kept on every run, the first one too: a handler sees no difference when it resumes. */
function readValue<T>(bytes: Uint8Array): T {
  const kept = codec.decode(bytes);
  if (!kept.ok) throw kept.error;
  // What a step gives has the type of its first value, on trust, as with every JSON.parse.
  return kept.value as T;
}

/** Where the result of a step belongs. */
function placeOfStep(id: string, name: string): string {
  return `${id}:step:${name}`;
}

/** Keeps steps in the record of the attempt that runs them, by renewing its lease. */
export function keeperOf(hold: Hold, { sealing, completionTimeoutMs }: Tools): StepKeeper {
  const save: StepKeeper["save"] = async (name, result) => {
    const bytes = sealing.seals
      ? await sealing.seal(result, placeOfStep(hold.id, name), completionTimeoutMs)
      : sealing.plain(result);
    const size = sizeOf({ ...hold.record.checkpoints, [name]: bytes });
    if (size > MAX_CHECKPOINT_BYTES) {
      throw new OncekeyError(
        "RECORD_TOO_LARGE",
        `step ${JSON.stringify(name)}: the results of all steps would have ${size} bytes, and may have ${MAX_CHECKPOINT_BYTES}; return less, such as an id`,
      );
    }
    await hold.checkpoint(name, bytes);
  };
  return { check: () => hold.requireLease(), save };
}

/** The results of the steps that earlier attempts have finished; rejects with `RECORD_NOT_OPENED` where one does not open. */
export async function finishedSteps(
  id: string,
  checkpoints: Checkpoints,
  sealing: Sealing,
  timeoutMs: number,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const finished = new Map<string, Uint8Array>();
  for (const [name, bytes] of Object.entries(checkpoints)) {
    const plain = sealing.isWrapped(bytes) ? await sealing.open(bytes, placeOfStep(id, name), timeoutMs) : bytes;
    finished.set(name, plain);
  }
  return finished;
}

function sizeOf(checkpoints: Checkpoints): number {
  let size = 0;
  for (const [name, bytes] of Object.entries(checkpoints)) size += utf8.encode(name).byteLength + bytes.byteLength;
  return size;
}
