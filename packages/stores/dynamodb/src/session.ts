import { DeleteItemCommand, GetItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { decodeRecord, OncekeyError, type Stored } from "@oncekey/core";
import { refusedUnits, reportedUnits } from "./capacity.js";
import { type DynamoDBCommand, type DynamoDBStoreClient, propertyOf } from "./client.js";
import { faultOf, nameOf, repeatedly } from "./faults.js";
import type { Moment } from "./moment.js";
import type { Settings } from "./options.js";
import { joined, partKey } from "./parts.js";
import { bytesOf, type Row, readRow, textOf, ttlOf } from "./rows.js";
import { type Replacement, Statements } from "./statements.js";

/** A conditional write that was refused, by this item if the endpoint tells which. */
export interface Refused {
  readonly done: false;
  readonly row: Row | undefined;
}

/** The same that was done, and what its answer tells. */
export interface Done<T> {
  readonly done: true;
  readonly told: T;
}

/** What lives under an id: its item, and the same with its record as it is told. */
export interface Found {
  readonly row: Row;
  readonly stored: Stored;
}

/** An operation of the store, for messages and for those who count capacity. */
export type Step = "get" | "create" | "replace" | "remove";

/** Sends the requests of one operation of the store, and reads what comes back. */
export class Session {
  readonly #client: DynamoDBStoreClient;
  readonly #settings: Settings;
  readonly #statements: Statements;
  readonly #step: Step;

  constructor(client: DynamoDBStoreClient, settings: Settings, step: Step) {
    this.#client = client;
    this.#settings = settings;
    this.#statements = new Statements(settings);
    this.#step = step;
  }

  /** What the table has under this id, expired or not, after the last write that was acknowledged. */
  async read(id: string): Promise<Row | undefined> {
    const item = await this.#get(id);
    return item === undefined ? undefined : this.#row(item);
  }

  async create(id: string, row: Row, limitMs: number): Promise<Done<undefined> | Refused> {
    const command = new PutItemCommand(this.#statements.create(id, row, limitMs));
    return this.#write(command, "PutItem", nothing);
  }

  /** Tells the expiry of what it wrote. */
  async replace(id: string, replacement: Replacement): Promise<Done<number> | Refused> {
    const { life, keepToMs, expiresAtMs } = replacement;
    const command = new UpdateItemCommand(this.#statements.replace(id, replacement));
    return this.#write(command, "UpdateItem", (answer) => {
      if (life === "raise") return keepToMs;
      if (expiresAtMs !== undefined) return expiresAtMs;
      return Number(textOf(propertyOf(answer, "Attributes"), this.#settings.names.attributes.expiresAt, "N"));
    });
  }

  /** Tells what it removed, if anything. */
  async remove(id: string, expected: string, limitMs: number): Promise<Done<Row | undefined> | Refused> {
    const command = new DeleteItemCommand(this.#statements.remove(id, expected, limitMs));
    return this.#write(command, "DeleteItem", (answer) => {
      const item = propertyOf(answer, "Attributes");
      return item === undefined ? undefined : this.#row(item);
    });
  }

  /** Writes the parts of a record, at which nothing points yet. They are deleted some time after the record has ended. */
  async writeParts(id: string, version: string, parts: readonly Uint8Array[], expiresAtMs: number): Promise<void> {
    const ttl = ttlOf(expiresAtMs + this.#settings.skewMarginMs, 2);
    const inputs = parts.map((part, index) => this.#statements.part(partKey(id, version, index), part, ttl));
    await Promise.all(inputs.map((input) => this.#send(new PutItemCommand(input), "PutItem", "write")));
  }

  /**
   * What stands under an id, given what was read there; `undefined`: nothing, and for good.
   *
   * An item that has expired is deleted before that is said. The clock is the callers', and one of them may have read it
   * long before its request arrives: its process was stopped, or the network was slow. By that clock the record would
   * still live, and it could be renewed after somebody was told that it is gone. What has been deleted cannot.
   */
  async standing(id: string, now: Moment, row: Row | undefined, own?: string): Promise<Found | undefined> {
    const found = await this.whole(id, row, now, own);
    if (found !== undefined || row === undefined) return found;
    const ended = await this.#write(
      new DeleteItemCommand(this.#statements.end(id, row, now.limitMs)),
      "DeleteItem",
      nothing,
    );
    return ended.done ? undefined : this.standing(id, now, await this.read(id), own);
  }

  /**
   * A row with its record; `undefined` for one that does not live, or is not there. `own` is a version of the caller's.
   *
   * Parts that are missing may have gone with a row that was removed meanwhile; if it still stands, its record is lost.
   * That is a fault: "nothing stands there" would let an operation run twice.
   */
  async whole(id: string, row: Row | undefined, now: Moment, own?: string): Promise<Found | undefined> {
    if (row === undefined || !now.isLive(row)) return undefined;
    const bytes = await this.#bytesOf(id, row);
    if (bytes !== undefined) {
      const record = decodeRecord(bytes);
      return { row, stored: row.version === own ? now.own(row, record) : now.seen(row, record) };
    }
    const again = await this.read(id);
    if (again?.version !== row.version) return this.whole(id, again, now, own);
    throw new OncekeyError(
      "RECORD_UNREADABLE",
      `DynamoDBStore ${this.#step} in ${this.#settings.names.table}: parts of the record of ${id} are missing; ` +
        "something has deleted items that the store had written",
    );
  }

  /** The encoded record of a row; `undefined` where parts of it are missing. */
  async #bytesOf(id: string, { version, content }: Row): Promise<Uint8Array | undefined> {
    if (typeof content !== "number") return content;
    const items = await Promise.all(partKeys(id, version, content).map((key) => this.#get(key)));
    const parts = items.map((item) => bytesOf(item, this.#settings.names.attributes.record));
    const found = parts.filter((part) => part !== undefined);
    return found.length === content ? joined(found) : undefined;
  }

  /** Deletes the parts of a row that has been removed. */
  async removeParts(id: string, { version, content }: Row): Promise<void> {
    if (typeof content !== "number") return;
    const inputs = partKeys(id, version, content).map((key) => this.#statements.removePart(key));
    await Promise.all(inputs.map((input) => this.#send(new DeleteItemCommand(input), "DeleteItem", "write")));
  }

  async #get(key: string): Promise<unknown> {
    const command = new GetItemCommand(this.#statements.get(key));
    return propertyOf(await this.#send(command, "GetItem", "read"), "Item");
  }

  async #send(command: DynamoDBCommand, request: string, kind: "read" | "write"): Promise<unknown> {
    try {
      const answer = await this.#client.send(command);
      this.#count(request, kind, reportedUnits(answer), true);
      return answer;
    } catch (cause) {
      throw faultOf(this.#step, this.#settings.names.table, cause);
    }
  }

  async #write<T>(command: DynamoDBCommand, request: string, told: (answer: unknown) => T): Promise<Done<T> | Refused> {
    try {
      const answer = await repeatedly(() => this.#client.send(command));
      this.#count(request, "write", reportedUnits(answer), true);
      return { done: true, told: told(answer) };
    } catch (cause) {
      if (nameOf(cause) !== "ConditionalCheckFailedException") {
        throw faultOf(this.#step, this.#settings.names.table, cause);
      }
      const item = propertyOf(cause, "Item");
      if (item === undefined) return { done: false, row: undefined };
      this.#count(request, "write", refusedUnits(item), false);
      return { done: false, row: this.#row(item) };
    }
  }

  #row(item: unknown): Row {
    return readRow(item, this.#settings.names.attributes);
  }

  #count(request: string, kind: "read" | "write", units: number | undefined, reported: boolean): void {
    const { onCapacity } = this.#settings;
    if (onCapacity === undefined || units === undefined) return;
    const used = { step: this.#step, request, kind, units, reported } as const;
    // Apart from the operation: whatever a listener does, it cannot turn a write that was done into a fault.
    queueMicrotask(() => onCapacity(used));
  }
}

function partKeys(id: string, version: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => partKey(id, version, index));
}

/** For writes whose answer says no more than that they are done. */
function nothing(): undefined {}
