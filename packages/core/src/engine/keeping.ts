import { OncekeyError } from "../errors.js";
import { type Completed, isOmitted, type Omitted } from "../record.js";
import type { Tools } from "./claiming.js";
import type { OncekeyEvent } from "./events.js";
import type { Hold } from "./hold.js";
import type { ResultCodec, Settled } from "./result-codec.js";
import { placeOfSummary } from "./sealing.js";

/** An outcome that is to be kept. */
export interface Ending<T> {
  readonly hold: Hold;
  readonly settled: Settled<T>;
  readonly codec: ResultCodec<T>;
  /** The largest record that the store takes. */
  readonly maxRecordBytes: number;
  readonly tools: Tools;
  readonly emit: (event: OncekeyEvent) => void;
}

/** Room for what stands in a record beside its result. */
const RECORD_HEAD_BYTES = 1_024;

/** The record that completes an operation with this outcome; a promise only where a sealer has to be waited for. */
export function completedRecord<T>(ending: Ending<T>): Completed | Promise<Completed> {
  const result = encodeResult(ending);
  if (ending.tools.sealing.seals) return sealed(ending, result).then((bytes) => completed(ending.hold, bytes));
  return completed(ending.hold, plain(ending, result));
}

/** Says that a result is completed without its bytes. */
export function omit({ hold, emit }: Pick<Ending<unknown>, "hold" | "emit">, cause: unknown): Omitted {
  emit({ type: "result-omitted", id: hold.id, attempt: hold.record.attempt, cause });
  return { omitted: true };
}

function completed({ record }: Hold, result: Uint8Array | Omitted): Completed {
  const { fingerprint, attempt } = record;
  return { state: "completed", fingerprint, attempt, result };
}

/** The bytes to keep. After the handler nothing may fail any more: what cannot be kept is omitted, and said so. */
function encodeResult<T>(ending: Ending<T>): Uint8Array | Omitted {
  try {
    const result = ending.codec.encode(ending.settled);
    if (isOmitted(result)) return result;
    if (!(result instanceof Uint8Array)) {
      throw new TypeError("codec: encode() answered neither bytes nor { omitted: true }; it may not be asynchronous");
    }
    return fitting(ending, result);
  } catch (cause) {
    return omit(ending, cause);
  }
}

function fitting(ending: Ending<unknown>, result: Uint8Array): Uint8Array {
  const limit = ending.maxRecordBytes - RECORD_HEAD_BYTES;
  if (result.byteLength <= limit) return result;
  throw new OncekeyError("RECORD_TOO_LARGE", `the result has ${result.byteLength} bytes and the store takes ${limit}`);
}

function plain({ tools }: Ending<unknown>, result: Uint8Array | Omitted): Uint8Array | Omitted {
  if (!isOmitted(result)) return tools.sealing.plain(result);
  return result.summary === undefined ? result : { omitted: true, summary: tools.sealing.plain(result.summary) };
}

/** What cannot be sealed is not kept. It is never kept in the clear. */
async function sealed<T>(ending: Ending<T>, result: Uint8Array | Omitted): Promise<Uint8Array | Omitted> {
  const { sealing, completionTimeoutMs } = ending.tools;
  const { id } = ending.hold;
  try {
    if (!isOmitted(result)) return fitting(ending, await sealing.seal(result, id, completionTimeoutMs));
    if (result.summary === undefined) return result;
    return { omitted: true, summary: await sealing.seal(result.summary, placeOfSummary(id), completionTimeoutMs) };
  } catch (cause) {
    return omit(ending, cause);
  }
}
