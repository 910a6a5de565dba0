import type { IdempotencyStore, KeyRecord, Removal, StoreCapabilities, Stored, Write } from "@oncekey/core";
import { type Asked, Batches } from "./batches.js";
import type { Argument, RedisClient } from "./client.js";
import { evictionPolicy, tellEviction } from "./eviction.js";
import { faultOf, NotReplicatedError } from "./faults.js";
import { type Link, linkTo } from "./link.js";
import { checkPrefixOnCluster, type RedisStoreOptions, settingsOf } from "./options.js";
import { type Run, Runner, type WaitReplicas } from "./runner.js";
import type { StepKind } from "./script.js";
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
  get(id: string): Promise<Stored | undefined> {
    return this.#step("get", "g", id, "", "", (outcome) => (typeof outcome === "number" ? misread() : outcome));
  }

  /** Writes where nothing stands. */
  create(id: string, version: string, record: KeyRecord, retentionMs: number): Promise<Write> {
    return this.#write("create", "c", id, version, record, retentionMs, "", (outcome) => {
      if (outcome === undefined) return written(version, record, retentionMs);
      return typeof outcome === "number" ? misread() : this.#refused(id, version, outcome);
    });
  }

  /** Writes over the version `expected`. */
  replace(id: string, expected: string, version: string, record: KeyRecord, keepMs?: number): Promise<Write> {
    const kind = keepMs === undefined ? "r" : "p";
    return this.#write("replace", kind, id, version, record, keepMs, headOf(expected), (outcome) => {
      if (typeof outcome === "number") return written(version, record, outcome);
      return outcome === undefined ? { written: false, current: undefined } : this.#refused(id, version, outcome);
    });
  }

  /** Removes the version `expected`. */
  remove(id: string, expected: string): Promise<Removal> {
    return this.#step("remove", "d", id, "", headOf(expected), (outcome) => {
      if (typeof outcome === "number") return misread();
      return outcome === undefined ? { written: true } : { written: false, current: outcome };
    });
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
  #refused(id: string, version: string, current: Stored): Write | Promise<Write> {
    if (current.version !== version) return { written: false, current };
    if (this.#wait === undefined) return { written: true, stored: current };
    // It was written before, perhaps over another connection, so WAIT has to be given something to wait for.
    return this.#step("replace", "t", id, "", headOf(version), (outcome) => {
      if (typeof outcome === "number") return { written: true, stored: current };
      return { written: false, current: outcome };
    });
  }

  #write(
    operation: string,
    kind: StepKind,
    id: string,
    version: string,
    record: KeyRecord,
    lifeMs: number | undefined,
    expected: string,
    judge: (outcome: Outcome) => Write | Promise<Write>,
  ): Promise<Write> {
    try {
      const value = storedValue(version, record, lifeMs, MAX_RECORD_BYTES);
      return this.#step(operation, kind, id, value, expected, judge);
    } catch (error) {
      return Promise.reject(faultOf(operation, error));
    }
  }

  /** Has the script take one step, and answers what `judge` makes of it. One promise: at many calls at once each one counts. */
  #step<T>(
    operation: string,
    kind: StepKind,
    id: string,
    value: Argument,
    expected: string,
    judge: (outcome: Outcome) => T | Promise<T>,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const failed: Asked["failed"] = (error) => reject(faultOf(operation, error));
      this.#batches.run({
        key: this.#prefix + id,
        kind,
        value,
        expected,
        answered: (answer, run) => {
          try {
            resolve(judge(this.#outcomeOf(kind, answer, run)));
          } catch (error) {
            failed(error);
          }
        },
        failed,
      });
    });
  }

  #outcomeOf(kind: StepKind, answer: unknown, { nowMs, replicas }: Run): Outcome {
    if (Buffer.isBuffer(answer)) return readStanding(answer, { nowMs: readNumber(nowMs) });
    if (Array.isArray(answer)) return readBehind(answer);
    const left = answer === null ? undefined : readNumber(answer);
    const wrote = left !== undefined || kind === "c" || kind === "d";
    if (wrote && this.#wait !== undefined && replicas !== undefined && replicas < this.#wait.count) {
      throw new NotReplicatedError(this.#wait.count, replicas);
    }
    return left;
  }
}

function written(version: string, record: KeyRecord, expiresInMs: number): Write {
  return { written: true, stored: { version, record, ageMs: 0, expiresInMs } };
}

function readBehind([left, value]: readonly unknown[]): Stored {
  if (Buffer.isBuffer(value)) return readStanding(value, { leftMs: readNumber(left) });
  throw new Error("the client gave something else than a Buffer for a value");
}

/** A client may be set to give numbers as texts. */
function readNumber(answer: unknown): number {
  const number = Number(answer);
  if (Number.isFinite(number)) return number;
  throw new Error(
    "the client gave something else than a number, a list, a Buffer or null for what the script answered",
  );
}

function misread(): never {
  throw new Error("the server answered as if it had written over a value");
}
