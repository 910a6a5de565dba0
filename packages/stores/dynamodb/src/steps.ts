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
import type { DynamoDBStoreClient } from "./client.js";
import { Expiries } from "./expiries.js";
import { Moment } from "./moment.js";
import type { Settings } from "./options.js";
import { partsOf } from "./parts.js";
import type { Row } from "./rows.js";
import { type Found, Session } from "./session.js";

/** Every round but the first answers to a write of somebody else's; more than so many in a row are no race. */
const MAX_ROUNDS = 50;

/** An encoded record: what its own item holds of it, and what is in items beside that. */
export interface Encoded {
  readonly content: Uint8Array | number;
  readonly parts: readonly Uint8Array[];
}

/** The four operations, each one conditional write; a refusal that is told nothing of what stands there reads it. */
export class DynamoDBSteps implements IdempotencyStore {
  readonly capabilities: StoreCapabilities;
  readonly #settings: Settings;
  readonly #expiries = new Expiries();
  readonly #session: (step: "get" | "create" | "replace" | "remove") => Session;

  constructor(client: DynamoDBStoreClient, settings: Settings, capabilities: StoreCapabilities) {
    this.capabilities = Object.freeze(capabilities);
    this.#settings = settings;
    const sessions = {
      get: new Session(client, settings, "get"),
      create: new Session(client, settings, "create"),
      replace: new Session(client, settings, "replace"),
      remove: new Session(client, settings, "remove"),
    };
    this.#session = (step) => sessions[step];
  }

  async get(id: string): Promise<Stored | undefined> {
    const session = this.#session("get");
    const now = momentOf(this.#settings);
    return (await session.standing(id, now, await session.read(id)))?.stored;
  }

  async create(id: string, version: string, record: KeyRecord, retentionMs: number): Promise<Write> {
    const session = this.#session("create");
    const { content, parts } = encodedFor("create", record, this.#settings, this.capabilities);
    let reads = this.#settings.readFirst || parts.length > 0;
    return this.#rounds("create", async (now) => {
      const found = reads ? await session.whole(id, await session.read(id), now, version) : undefined;
      if (found !== undefined) return writeOf(found, version);
      const row: Row = { version, writtenAtMs: now.nowMs, expiresAtMs: now.nowMs + retentionMs, content };
      await session.writeParts(id, version, parts, row.expiresAtMs);
      const reply = await session.create(id, row, now.limitMs);
      if (reply.done) {
        this.#expiries.note(id, version, row.expiresAtMs);
        return { written: true, stored: now.own(row, record) };
      }
      reads = true;
      const refusing = await session.whole(id, reply.row, now, version);
      return refusing === undefined ? undefined : writeOf(refusing, version);
    });
  }

  async replace(id: string, expected: string, version: string, record: KeyRecord, keepMs?: number): Promise<Write> {
    const session = this.#session("replace");
    const { content, parts } = encodedFor("replace", record, this.#settings, this.capabilities);
    // The expiry of what is expected, once it is known: it is that version's for good.
    let expiresAtMs = this.#expiries.take(id, expected);
    let reads = parts.length > 0;
    /** Answers to what stands there; nothing, if it is what is expected. */
    const judged = async (row: Row | undefined, now: Moment): Promise<Write | undefined> => {
      const isExpected = row?.version === expected && now.isLive(row);
      const found = isExpected ? { row } : await session.standing(id, now, row, version);
      if (found === undefined) return { written: false, current: undefined };
      if ("stored" in found && found.row.version !== expected) return writeOf(found, version);
      expiresAtMs = found.row.expiresAtMs;
      return undefined;
    };
    return this.#rounds("replace", async (now) => {
      const write = reads ? await judged(await session.read(id), now) : undefined;
      if (write !== undefined) return write;
      const keepToMs = keepMs === undefined ? Number.NEGATIVE_INFINITY : now.nowMs + keepMs;
      await session.writeParts(id, version, parts, Math.max(expiresAtMs ?? now.nowMs, keepToMs));
      const row = { version, writtenAtMs: now.nowMs, content };
      const life = expiresAtMs !== undefined && keepToMs > expiresAtMs ? "raise" : "keep";
      const reply = await session.replace(id, { expected, row, limitMs: now.limitMs, keepToMs, expiresAtMs, life });
      if (reply.done) {
        // What is to live on is likely to be written over again, what is finished is not.
        if (keepMs !== undefined) this.#expiries.note(id, version, reply.told);
        return { written: true, stored: now.own({ ...row, expiresAtMs: reply.told }, record) };
      }
      reads = reply.row === undefined;
      return reads ? undefined : judged(reply.row, now);
    });
  }

  async remove(id: string, expected: string): Promise<Removal> {
    const session = this.#session("remove");
    return this.#rounds("remove", async (now) => {
      const reply = await session.remove(id, expected, now.limitMs);
      if (reply.done) {
        if (reply.told !== undefined) await session.removeParts(id, reply.told);
        return { written: true };
      }
      const found = await session.standing(id, now, reply.row ?? (await session.read(id)));
      if (found === undefined) return { written: true };
      return found.row.version === expected ? undefined : { written: false, current: found.stored };
    });
  }

  async #rounds<T>(step: string, round: (now: Moment) => Promise<T | undefined>): Promise<T> {
    for (let count = 1; count <= MAX_ROUNDS; count++) {
      const answer = await round(momentOf(this.#settings));
      if (answer !== undefined) return answer;
    }
    throw new Error(`DynamoDBStore ${step}: what stands there has changed ${MAX_ROUNDS} times while it was looked at`);
  }
}

export function momentOf({ nowMs, skewMarginMs }: Settings): Moment {
  return new Moment(nowMs(), skewMarginMs);
}

/** Encodes a record, and refuses one that is too large before anything is sent. */
export function encodedFor(
  step: string,
  record: KeyRecord,
  { inlineMaxBytes }: Settings,
  { maxRecordBytes }: StoreCapabilities,
): Encoded {
  const bytes = encodeRecord(record);
  if (bytes.byteLength > maxRecordBytes) {
    throw new OncekeyError(
      "RECORD_TOO_LARGE",
      `DynamoDBStore ${step}: the record has ${bytes.byteLength} bytes, and at most ${maxRecordBytes} are stored`,
    );
  }
  const parts = partsOf(bytes, inlineMaxBytes);
  return { content: parts.length === 0 ? bytes : parts.length, parts };
}

/** The version that stands may be the caller's own, of a copy of this call whose reply was lost: that is a success. */
export function writeOf({ stored }: Pick<Found, "stored">, version: string): Write {
  return stored.version === version ? { written: true, stored } : { written: false, current: stored };
}
