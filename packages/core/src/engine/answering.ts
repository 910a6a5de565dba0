import type { Refusal, Replay } from "../decide.js";
import { OncekeyError } from "../errors.js";
import type { Tools } from "./claiming.js";
import type { OncekeyEvent } from "./events.js";
import type { ResultCodec, Settled } from "./result-codec.js";
import { placeOfSummary } from "./sealing.js";
import type { Outcome } from "./types.js";

interface Teller {
  readonly tools: Tools;
  readonly emit: (event: OncekeyEvent) => void;
}

/** What a caller is told that runs nothing; a promise only where what was kept is sealed. */
export function answerWith<T>(
  teller: Teller,
  id: string,
  decision: Replay | Refusal,
  codec: ResultCodec<T>,
): Outcome<T> | Promise<Outcome<T>> {
  const { emit, tools } = teller;
  const kept = keptBytes(decision);
  if (kept === undefined || !tools.sealing.isWrapped(kept)) return tell(teller, id, decision, codec);
  const place = decision.do === "replay" ? id : placeOfSummary(id);
  return tools.sealing.open(kept, place, tools.claimTimeoutMs).then(
    (bytes) => tell(teller, id, withKept(decision, bytes), codec),
    (cause: unknown) => {
      emit({ type: "result-not-opened", id, cause });
      throw cause;
    },
  );
}

function tell<T>({ emit }: Teller, id: string, decision: Replay | Refusal, codec: ResultCodec<T>): Outcome<T> {
  if (decision.do === "replay") {
    const kept = decodeResult(codec, decision.result);
    const { attempt } = decision;
    emit({ type: "replayed", id, attempt });
    if (kept.ok) return { outcome: "replayed", value: kept.value, attempt };
    return { outcome: "replayed-failure", error: kept.error, attempt };
  }
  emit({ type: "refused", id, because: decision.because });
  if (decision.because === "in-progress") return { outcome: "in-progress", leaseLeftMs: decision.leaseLeftMs };
  if (decision.because === "result-unavailable") return { outcome: "result-unavailable", omitted: decision.omitted };
  return { outcome: decision.because };
}

/** What of an answer was kept by a codec. */
function keptBytes(decision: Replay | Refusal): Uint8Array | undefined {
  if (decision.do === "replay") return decision.result;
  return decision.because === "result-unavailable" ? decision.omitted.summary : undefined;
}

/** The same answer with other bytes. */
function withKept(decision: Replay | Refusal, bytes: Uint8Array): Replay | Refusal {
  if (decision.do === "replay") return { ...decision, result: bytes };
  if (decision.because !== "result-unavailable") return decision;
  return { ...decision, omitted: { omitted: true, summary: bytes } };
}

/** Reads a stored result; bytes that the codec cannot read are an error, never a reason to run again. */
function decodeResult<T>(codec: ResultCodec<T>, result: Uint8Array): Settled<T> {
  try {
    return codec.decode(result);
  } catch (cause) {
    throw new OncekeyError("RECORD_UNREADABLE", "the stored result cannot be read by this operation's codec", {
      cause,
    });
  }
}
