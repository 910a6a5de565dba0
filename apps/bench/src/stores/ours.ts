import { createOncekey, fingerprint, type IdempotencyStore, type KeyRecord, recordId } from "@oncekey/core";
import { type Answer, type Contender, forEachKey, type Path } from "./contender.js";
import { answer, completed, LOST_AFTER_MS, lost, RETENTION_MS, request, retaken, running } from "./payload.js";

const AT_ONCE = 64;
const NAMESPACE = "bench";
const SCOPE = "acct_1";

/** One of our stores by itself, asked what the engine asks it. */
export function storeContender(name: string, driver: string, store: IdempotencyStore): Contender {
  return {
    name,
    driver,
    role: "store",
    prepare: (path, keys) => prepare(store, path, keys),
    run: async (key) => {
      const claim = await store.create(key, "prefix-01234-1", running, RETENTION_MS);
      if (claim.written) return await complete(store, key, "prefix-01234-1");
      const { current } = claim;
      if (current?.record.state === "completed") return "replayed";
      if (current?.record.state !== "in-progress" || current.ageMs < current.record.leaseMs) return "in-progress";
      const taken = await store.replace(key, current.version, "prefix-01234-2", retaken);
      return taken.written ? await complete(store, key, "prefix-01234-2") : "in-progress";
    },
  };
}

/** All of it: the fingerprint of the request, the engine, the store. */
export function engineContender(name: string, driver: string, store: IdempotencyStore): Contender {
  // On a busy machine an emulator may take long, and that is to be measured.
  const patience = { claimTimeoutMs: 20_000, completionTimeoutMs: 20_000 };
  const oncekey = createOncekey({ store, namespace: NAMESPACE, ...patience });
  const operation = (key: string) => ({ key, scope: SCOPE, fingerprint: fingerprint(request) });
  return {
    name,
    driver,
    role: "engine",
    prepare: (path, keys) =>
      prepare(
        store,
        path,
        keys.map((key) => recordId(NAMESPACE, SCOPE, key)),
      ),
    run: async (key) => {
      const { outcome } = await oncekey.execute(operation(key), () => answer);
      if (outcome === "executed") return "ran";
      if (outcome === "replayed" || outcome === "in-progress") return outcome;
      throw new Error(`${name} ended with ${outcome}.`);
    },
  };
}

async function complete(store: IdempotencyStore, id: string, version: string): Promise<Answer> {
  const { written } = await store.replace(id, version, `${version}-done`, completed);
  if (!written) throw new Error("A completion was refused.");
  return "ran";
}

async function prepare(store: IdempotencyStore, path: Exclude<Path, "first">, ids: readonly string[]): Promise<void> {
  const record: Record<typeof path, KeyRecord> = { replay: completed, duplicate: running, takeover: lost };
  await forEachKey(ids, AT_ONCE, (id) => store.create(id, "prefix-01234-0", record[path], RETENTION_MS));
  if (path === "takeover") await new Promise((resolve) => setTimeout(resolve, LOST_AFTER_MS));
}
