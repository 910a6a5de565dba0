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

/** The four operations, each one call of one function in the database, on whatever session it is given. */
export class PostgresSteps implements IdempotencyStore {
  readonly capabilities: StoreCapabilities;
  readonly #session: Session;

  constructor(session: Session, capabilities: StoreCapabilities) {
    this.#session = session;
    this.capabilities = Object.freeze(capabilities);
  }

  get(id: string): Promise<Stored | undefined> {
    return this.#ask("get", [id], (answer) => (answer.written ? misread() : answer.current));
  }

  create(id: string, version: string, record: KeyRecord, retentionMs: number): Promise<Write> {
    return this.#write("create", version, record, (bytes) => [id, version, bytes, retentionMs]);
  }

  replace(id: string, expected: string, version: string, record: KeyRecord, keepMs?: number): Promise<Write> {
    return this.#write("replace", version, record, (bytes) => [id, expected, version, bytes, keepMs ?? null]);
  }

  remove(id: string, expected: string): Promise<Removal> {
    return this.#ask("remove", [id, expected], (answer) => {
      if (answer.written) return misread();
      return answer.current === undefined ? { written: true } : { written: false, current: answer.current };
    });
  }

  #write(
    step: "create" | "replace",
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
    return this.#ask(step, values(bytes), (answer) => writeOf(answer, version, record));
  }

  #encode(step: string, record: KeyRecord): Uint8Array {
    const bytes = encodeRecord(record);
    const { maxRecordBytes } = this.capabilities;
    if (bytes.byteLength <= maxRecordBytes) return bytes;
    throw new OncekeyError(
      "RECORD_TOO_LARGE",
      `PostgresStore ${step}: the record has ${bytes.byteLength} bytes, and at most ${maxRecordBytes} are stored`,
    );
  }

  #ask<T>(step: "get" | "create" | "replace" | "remove", values: unknown[], judge: (answer: Answer) => T): Promise<T> {
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
