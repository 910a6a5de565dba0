import type { IdempotencyStore, KeyRecord, Removal, StoreCapabilities, Stored, Write } from "@oncekey/core";
import { type Answer, Batches } from "./batches.js";
import type { RedisClient } from "./client.js";
import { evictionPolicy, tellEviction } from "./eviction.js";
import { faultOf, NotReplicatedError } from "./faults.js";
import { type Link, linkTo } from "./link.js";
import { checkPrefixOnCluster, type RedisStoreOptions, settingsOf } from "./options.js";
import { Runner, readingOf, type Step, type WaitReplicas } from "./runner.js";
import { headOf, readStanding, storedValue } from "./value.js";

/** Far more than an answer should have, and little enough that one write does not hold up the server. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024;

/** What a step came back with: nothing, the time to live of what it wrote over a value, or what stands instead. */
type Outcome = undefined | number | Stored;

/**
 * Keys in Redis or Valkey, through a client of yours: ioredis or node-redis, a single server, Sentinel or Cluster.
 *
 * Each operation is one run of one script over one key, and one round trip. The clock is the server's, and expiry is
 * Redis's own. The client is used as it is: never opened, closed or configured.
 */
export class RedisStore implements IdempotencyStore {
  readonly capabilities: StoreCapabilities;
  readonly #link: Link;
  readonly #batches: Batches;
  readonly #prefix: string;
  readonly #wait: WaitReplicas | undefined;

  /** Throws a `TypeError` for options that make no sense, and for what is no client. */
  constructor(client: RedisClient, options: RedisStoreOptions = {}) {
    const { prefix, waitReplicas, durability, batch, on } = settingsOf(options);
    this.#link = linkTo(client);
    if (this.#link.cluster) checkPrefixOnCluster(prefix);
    if (waitReplicas !== undefined && this.#link.sendBoth === undefined) {
      throw new TypeError(
        "RedisStore waitReplicas: this client may send two commands over two connections, and WAIT counts for one; " +
          "pass a client of one connection to the master, such as createClient() of node-redis or new Redis() of ioredis",
      );
    }
    this.#batches = new Batches(new Runner(this.#link, waitReplicas), prefix, batch && !this.#link.cluster);
    this.#prefix = prefix;
    this.#wait = waitReplicas;
    this.capabilities = Object.freeze({
      clock: "store",
      resolutionMs: 1,
      skewMarginMs: 0,
      maxRecordBytes: MAX_RECORD_BYTES,
      durability,
      concurrent: true,
      transactional: false,
      list: false,
      sweep: false,
    });
    if (on !== undefined) void tellEviction(this.#link, on);
  }

  /** Reads what stands. */
  async get(id: string): Promise<Stored | undefined> {
    const outcome = await this.#step("get", readingOf(this.#prefix + id));
    return typeof outcome === "number" ? misread("get") : outcome;
  }

  /** Writes where nothing stands. */
  async create(id: string, version: string, record: KeyRecord, retentionMs: number): Promise<Write> {
    const value = storedValue(version, record, MAX_RECORD_BYTES);
    const key = this.#prefix + id;
    const outcome = await this.#step("create", { key, value, ms: String(retentionMs), expected: "" });
    if (outcome === undefined) {
      return { written: true, stored: { version, record, ageMs: 0, expiresInMs: retentionMs } };
    }
    return typeof outcome === "number" ? misread("create") : this.#refused(id, version, outcome);
  }

  /** Writes over the version `expected`. */
  async replace(id: string, expected: string, version: string, record: KeyRecord, keepMs?: number): Promise<Write> {
    const value = storedValue(version, record, MAX_RECORD_BYTES);
    const ms = keepMs === undefined ? "" : String(keepMs);
    const outcome = await this.#step("replace", { key: this.#prefix + id, value, ms, expected: headOf(expected) });
    if (typeof outcome === "number") {
      return { written: true, stored: { version, record, ageMs: 0, expiresInMs: outcome } };
    }
    return outcome === undefined ? { written: false, current: undefined } : this.#refused(id, version, outcome);
  }

  /** Removes the version `expected`. */
  async remove(id: string, expected: string): Promise<Removal> {
    const outcome = await this.#step("remove", {
      key: this.#prefix + id,
      value: "",
      ms: "",
      expected: headOf(expected),
    });
    if (typeof outcome === "number") return misread("remove");
    return outcome === undefined ? { written: true } : { written: false, current: outcome };
  }

  /**
   * The `maxmemory-policy` of the servers: `"noeviction"`, or else the first that may forget keys when memory is full.
   * Throws where the servers do not tell.
   */
  async evictionPolicy(): Promise<string> {
    try {
      return await evictionPolicy(this.#link);
    } catch (cause) {
      throw faultOf("evictionPolicy", cause);
    }
  }

  /** The version that stands may be the caller's own, of a copy of this call whose reply was lost: that is a success. */
  async #refused(id: string, version: string, current: Stored): Promise<Write> {
    if (current.version !== version) return { written: false, current };
    // It was written before, perhaps over another connection, so WAIT has to be given something to wait for.
    if (this.#wait !== undefined) {
      const outcome = await this.#step("replace", {
        key: this.#prefix + id,
        value: "=",
        ms: "",
        expected: headOf(version),
      });
      if (outcome === undefined || typeof outcome !== "number") return { written: false, current: outcome };
    }
    return { written: true, stored: current };
  }

  #step(operation: string, step: Step): Promise<Outcome> {
    return this.#batches.run(step).then(
      (answer) => {
        try {
          return this.#outcomeOf(operation, answer);
        } catch (error) {
          throw faultOf(operation, error);
        }
      },
      (error: unknown) => {
        throw faultOf(operation, error);
      },
    );
  }

  #outcomeOf(operation: string, { answer, replicas }: Answer): Outcome {
    if (Array.isArray(answer)) return readAnswer(answer);
    const left = answer === null ? undefined : readNumber(answer);
    const wrote = left !== undefined || operation === "create" || operation === "remove";
    if (wrote && this.#wait !== undefined && replicas !== undefined && replicas < this.#wait.count) {
      throw new NotReplicatedError(this.#wait.count, replicas);
    }
    return left;
  }
}

function readAnswer([left, value]: readonly unknown[]): Stored {
  if (Buffer.isBuffer(value)) return readStanding(readNumber(left), value);
  throw new Error("the client gave something else than a Buffer for a value");
}

/** A client may be set to give numbers as texts. */
function readNumber(answer: unknown): number {
  const number = Number(answer);
  if (Number.isFinite(number)) return number;
  throw new Error("the client gave something else than a number, a list or null for the reply to the script");
}

function misread(step: string): never {
  throw new Error(`RedisStore ${step}: the server answered as if it had written over a value`);
}
