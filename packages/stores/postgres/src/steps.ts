import {
  encodeRecord,
  type IdempotencyStore,
  type KeyRecord,
  OncekeyError,
  type Removal,
  type StoreCapabilities,
  type Stored,
  type Write,
} from "@oncekey/core";
import { type Answer, readAnswer } from "./answer.js";
import type { Session } from "./session.js";
import { operationOf, type Step } from "./statements.js";

/** So that one duplicate among first requests does not change what is expected. */
const MOST_FOUND = 3;

/** The four operations, each one statement (a refused `replace` two), on whatever session it is given. */
export class PostgresSteps implements IdempotencyStore {
  readonly capabilities: StoreCapabilities;
  readonly #session: Session;
  /**
   * Whether creates have found records lately, from 0 to {@link MOST_FOUND}: then the next one probably does so too, and
   * is sent in the form that reads first. Both forms do the same, but each is cheaper for what it expects.
   */
  #found = 0;

  constructor(session: Session, capabilities: StoreCapabilities) {
    this.#session = session;
    this.capabilities = Object.freeze(capabilities);
  }

  get(id: string): Promise<Stored | undefined> {
    return this.#ask("get", [id], (answer) => (answer.written ? misread() : answer.current));
  }

  create(id: string, version: string, record: KeyRecord, retentionMs: number): Promise<Write> {
    const step = this.#found > MOST_FOUND / 2 ? "recall" : "create";
    return this.#write(step, version, record, (bytes) => [id, version, bytes, retentionMs]);
  }

  replace(id: string, expected: string, version: string, record: KeyRecord, keepMs?: number): Promise<Write> {
    if (keepMs === undefined) return this.#write("replace", version, record, (bytes) => [id, expected, version, bytes]);
    return this.#write("extend", version, record, (bytes) => [id, expected, version, bytes, keepMs]);
  }

  remove(id: string, expected: string): Promise<Removal> {
    return this.#ask("remove", [id, expected], (answer) => {
      if (answer.written) return misread();
      return answer.current === undefined ? { written: true } : { written: false, current: answer.current };
    });
  }

  #write(
    step: "create" | "recall" | "replace" | "extend",
    version: string,
    record: KeyRecord,
    values: (bytes: Uint8Array) => unknown[],
  ): Promise<Write> {
    let bytes: Uint8Array;
    try {
      bytes = this.#encode(step, record);
    } catch (error) {
      return Promise.reject(error);
    }
    const creates = step === "create" || step === "recall";
    return this.#ask(step, values(bytes), (answer) => {
      if (creates) this.#found = answer.written ? Math.max(this.#found - 1, 0) : Math.min(this.#found + 1, MOST_FOUND);
      return writeOf(answer, version, record);
    });
  }

  #encode(step: Step, record: KeyRecord): Uint8Array {
    const bytes = encodeRecord(record);
    const { maxRecordBytes } = this.capabilities;
    if (bytes.byteLength <= maxRecordBytes) return bytes;
    throw new OncekeyError(
      "RECORD_TOO_LARGE",
      `PostgresStore ${operationOf(step)}: the record has ${bytes.byteLength} bytes, and at most ${maxRecordBytes} are stored`,
    );
  }

  #ask<T>(step: Step, values: unknown[], judge: (answer: Answer) => T): Promise<T> {
    return this.#session.ask(step, values, ([text = null]) => judge(readAnswer(text)));
  }
}

/** The version that stands may be the caller's own, of a copy of this call whose reply was lost: that is a success. */
function writeOf(answer: Answer, version: string, record: KeyRecord): Write {
  if (answer.written) {
    return { written: true, stored: { version, record, ageMs: answer.ageMs, expiresInMs: answer.expiresInMs } };
  }
  const { current } = answer;
  return current?.version === version ? { written: true, stored: current } : { written: false, current };
}

function misread(): never {
  throw new Error("the database answered as if it had written");
}
