import { existingKey } from "./key.js";
import type { KeyPlace } from "./protocols/adapter.js";

/** Where SDKs made by Stainless (openai, @anthropic-ai/sdk and others) count their own retries. */
const RETRY_COUNT = "x-stainless-retry-count";

/**
 * Warns once when a library above this `fetch` retries by itself.
 *
 * Such a retry is a new call here and would get a new key: two operations where one was meant.
 */
export function foreignRetryWarning(): (place: KeyPlace, headers: Headers) => void {
  let isSaid = false;
  return (place, headers) => {
    if (isSaid || !(Number(headers.get(RETRY_COUNT)) > 0) || existingKey(place, headers) !== undefined) return;
    isSaid = true;
    const message =
      "A library retries by itself above createIdempotentFetch, and each of its retries gets a new key. Turn its retries off (maxRetries: 0): this fetch retries under one key.";
    if (typeof process !== "undefined" && typeof process.emitWarning === "function") {
      process.emitWarning(message, { code: "ONCEKEY_FOREIGN_RETRIES" });
    } else {
      // biome-ignore lint/suspicious/noConsole: a page has no other place for a warning to its programmer
      console.warn(message);
    }
  };
}
