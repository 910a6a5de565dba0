import type {
  DeleteItemCommandInput,
  GetItemCommandInput,
  PutItemCommandInput,
  TransactWriteItem,
  UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import type { Settings } from "./options.js";
import { type Item, type Row, ttlOf } from "./rows.js";

/** A record as it is to stand in the place of another one. */
export interface Replacement {
  readonly expected: string;
  readonly row: Omit<Row, "expiresAtMs">;
  /** What ends at this moment or earlier has expired. */
  readonly limitMs: number;
  /** The record has to live until then; minus infinity: as long as it does. */
  readonly keepToMs: number;
  /** When what is expected ends, where that is known; else the answer names it. */
  readonly expiresAtMs: number | undefined;
  /** `keep`: it lives so long already. `raise`: it does not, and that becomes its expiry. Else the write is refused. */
  readonly life: "keep" | "raise";
}

const ABSENT = "attribute_not_exists(#id) OR #expires <= :limit";
const STANDING = "#version = :expected AND #expires > :limit";

/** The requests of the store for one table, as data. Every condition judges the expiry by itself. */
export class Statements {
  readonly #settings: Settings;
  readonly #absent: Record<string, string>;
  readonly #standing: Record<string, string>;
  readonly #all: Record<string, string>;
  readonly #replaced: Record<string, string>;
  readonly #raised: Record<string, string>;

  constructor(settings: Settings) {
    const { id, version, writtenAt, expiresAt, record, parts, ttl } = settings.names.attributes;
    this.#settings = settings;
    this.#absent = { "#id": id, "#expires": expiresAt };
    this.#standing = { "#version": version, "#expires": expiresAt };
    this.#all = { ...this.#absent, ...this.#standing };
    this.#replaced = { ...this.#standing, "#written": writtenAt, "#record": record, "#parts": parts };
    this.#raised = { ...this.#replaced, "#ttl": ttl };
  }

  get(key: string): GetItemCommandInput {
    return { ...this.#place(key), ConsistentRead: true };
  }

  /** Writes where nothing lives. */
  create(id: string, row: Row, limitMs: number): PutItemCommandInput {
    return {
      ...this.#table(),
      Item: this.item(id, row),
      ConditionExpression: ABSENT,
      ExpressionAttributeNames: this.#absent,
      ExpressionAttributeValues: { ":limit": number(limitMs) },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    };
  }

  /**
   * Writes over a version. An expiry that stays and is not known is set to itself, so that the answer names it, among what was
   * there before: what is written now, often far more, would come back for nothing.
   */
  replace(id: string, replacement: Replacement): UpdateItemCommandInput {
    const { expected, row, limitMs, keepToMs, life } = replacement;
    const asksForExpiry = life === "keep" && replacement.expiresAtMs === undefined;
    const [content, other] = typeof row.content === "number" ? ["#parts", "#record"] : ["#record", "#parts"];
    const values: Item = {
      ":expected": { S: expected },
      ":limit": number(limitMs),
      ":version": { S: row.version },
      ":written": number(row.writtenAtMs),
      ":content": typeof row.content === "number" ? number(row.content) : { B: row.content },
    };
    const asksForLife = keepToMs > Number.NEGATIVE_INFINITY;
    if (asksForLife) values[":keep"] = number(keepToMs);
    if (life === "raise") values[":ttl"] = number(this.#ttl(keepToMs));
    const expiry = life === "raise" ? ", #expires = :keep, #ttl = :ttl" : asksForExpiry ? ", #expires = #expires" : "";
    return {
      ...this.#place(id),
      UpdateExpression: `SET #version = :version, #written = :written, ${content} = :content${expiry} REMOVE ${other}`,
      ConditionExpression: asksForLife ? `${STANDING} AND #expires ${life === "keep" ? ">=" : "<="} :keep` : STANDING,
      ExpressionAttributeNames: life === "raise" ? this.#raised : this.#replaced,
      ExpressionAttributeValues: values,
      ...(asksForExpiry && { ReturnValues: "UPDATED_OLD" as const }),
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    };
  }

  remove(id: string, expected: string, limitMs: number): DeleteItemCommandInput {
    return {
      ...this.#place(id),
      ConditionExpression: `${ABSENT} OR #version = :expected`,
      ExpressionAttributeNames: this.#all,
      ExpressionAttributeValues: { ":limit": number(limitMs), ":expected": { S: expected } },
      ReturnValues: "ALL_OLD",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    };
  }

  /** Deletes an item that has expired, unless it has changed, or is gone, in which case it is to be looked at again. */
  end(id: string, { version }: Row, limitMs: number): DeleteItemCommandInput {
    return {
      ...this.#place(id),
      ConditionExpression: "#version = :version AND #expires <= :limit",
      ExpressionAttributeNames: this.#standing,
      ExpressionAttributeValues: { ":version": { S: version }, ":limit": number(limitMs) },
    };
  }

  /** A part of a record. Two writes of one part are the same, so nothing is asked first. */
  part(key: string, bytes: Uint8Array, ttl: number): PutItemCommandInput {
    const names = this.#settings.names.attributes;
    return {
      ...this.#table(),
      Item: { [names.id]: { S: key }, [names.record]: { B: bytes }, [names.ttl]: number(ttl) },
    };
  }

  removePart(key: string): DeleteItemCommandInput {
    return this.#place(key);
  }

  /** One write of a transaction: what is to stand, or nothing, where this version stands, or nothing does. */
  transactional(id: string, expected: string | undefined, row: Row | undefined, limitMs: number): TransactWriteItem {
    const { TableName, Key } = this.#place(id);
    const condition = {
      ConditionExpression: expected === undefined ? ABSENT : STANDING,
      ExpressionAttributeNames: expected === undefined ? this.#absent : this.#standing,
      ExpressionAttributeValues: {
        ":limit": number(limitMs),
        ...(expected !== undefined && { ":expected": { S: expected } }),
      },
    };
    if (row === undefined) return { Delete: { TableName, Key, ...condition } };
    return { Put: { TableName, Item: this.item(id, row), ...condition } };
  }

  item(id: string, { version, writtenAtMs, expiresAtMs, content }: Row): Item {
    const names = this.#settings.names.attributes;
    return {
      [names.id]: { S: id },
      [names.version]: { S: version },
      [names.writtenAt]: number(writtenAtMs),
      [names.expiresAt]: number(expiresAtMs),
      [names.ttl]: number(this.#ttl(expiresAtMs)),
      ...(typeof content === "number" ? { [names.parts]: number(content) } : { [names.record]: { B: content } }),
    };
  }

  #ttl(expiresAtMs: number): number {
    return ttlOf(expiresAtMs + this.#settings.skewMarginMs, 1);
  }

  #place(key: string) {
    return { ...this.#table(), Key: { [this.#settings.names.attributes.id]: { S: key } } };
  }

  #table() {
    const { names, onCapacity } = this.#settings;
    return { TableName: names.table, ...(onCapacity !== undefined && { ReturnConsumedCapacity: "TOTAL" as const }) };
  }
}

function number(value: number): { N: string } {
  return { N: String(value) };
}
