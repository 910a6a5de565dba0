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

  async get(id: string): Promise<Stored | undefined> {
    const answer = await this.#ask("get", [id]);
    return answer.written ? misread("get") : answer.current;
  }

  async create(id: string, version: string, record: KeyRecord, retentionMs: number): Promise<Write> {
    const bytes = this.#encode("create", record);
    return writeOf(await this.#ask("create", [id, version, bytes, retentionMs]), version, record);
  }

  async replace(id: string, expected: string, version: string, record: KeyRecord, keepMs?: number): Promise<Write> {
    const bytes = this.#encode("replace", record);
    return writeOf(await this.#ask("replace", [id, expected, version, bytes, keepMs ?? null]), version, record);
  }

  async remove(id: string, expected: string): Promise<Removal> {
    const answer = await this.#ask("remove", [id, expected]);
    if (answer.written) return misread("remove");
    return answer.current === undefined ? { written: true } : { written: false, current: answer.current };
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

  #ask(step: "get" | "create" | "replace" | "remove", values: unknown[]): Promise<Answer> {
    return this.#session.ask(step, values, ([text = null]) => readAnswer(text));
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

function misread(step: string): never {
  throw new Error(`PostgresStore ${step}: the database answered as if it had written`);
}
