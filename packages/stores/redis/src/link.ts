import type { Argument, RedisClient } from "./client.js";
import { ioredisLink } from "./ioredis-link.js";
import { nodeRedisLink } from "./node-redis-link.js";

/** A command and its arguments. */
export type Command = [name: string, ...arguments_: Argument[]];

/** What the store needs of a driver. Bulk strings in replies are Buffers. */
export interface Link {
  /** True where keys live on several servers, so that a script may name one key only. */
  readonly cluster: boolean;
  /** Sends a command to the server that has `key`. */
  send(key: string, command: Command): Promise<unknown>;
  /**
   * Sends two commands to the server that has `key`, the second right after the first and over the same connection.
   * Rejects where either fails, and where the connection broke between the two. Absent where the client cannot do that.
   */
  readonly sendBoth?: (key: string, first: Command, second: Command) => Promise<readonly [unknown, unknown]>;
  /** Sends a command without a key to every server that takes writes. */
  ask(command: Command): Promise<readonly unknown[]>;
}

/** Recognises the driver; a `TypeError` says what would have been a client. */
export function linkTo(client: RedisClient): Link {
  checkClient(client);
  return "callBuffer" in client ? ioredisLink(client) : nodeRedisLink(client);
}

function checkClient(client: unknown): void {
  const known = isObject(client) && (isFunction(client, "callBuffer") || isFunction(client, "sendCommand"));
  if (!known) {
    throw new TypeError(
      "RedisStore client: expected a client of ioredis or of node-redis, such as new Redis(url) or createClient({ url }); " +
        `got ${client === null ? "null" : typeof client}`,
    );
  }
  const options: unknown = "options" in client ? client.options : undefined;
  if (!isObject(options)) return;
  if ("role" in options && options.role === "slave") {
    throw new TypeError('RedisStore client: its role is "slave"; keys have to be read and written at the master');
  }
  if ("legacyMode" in options && options.legacyMode === true) {
    throw new TypeError("RedisStore client: it is in legacyMode and takes callbacks; pass a client without it");
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" || typeof value === "function") && value !== null;
}

function isFunction(value: object, name: string): boolean {
  return typeof Reflect.get(value, name) === "function";
}
