import {
  IdempotencyAlreadyInProgressError,
  IdempotencyConfig,
  makeIdempotent,
} from "@aws-lambda-powertools/idempotency";
import { CachePersistenceLayer } from "@aws-lambda-powertools/idempotency/cache";
import { DynamoDBPersistenceLayer } from "@aws-lambda-powertools/idempotency/dynamodb";
import type { BasePersistenceLayer } from "@aws-lambda-powertools/idempotency/persistence";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createClient } from "@redis/client";
import { type Contender, forEachKey, type Team } from "../contender.js";
import { answer, body, LOST_AFTER_MS } from "../payload.js";

const AT_ONCE = 64;
const REMAINING_MS = 600_000;

interface Payload {
  readonly key: string;
  readonly body: typeof body;
  ran: boolean;
}

function powertools(driver: string, layer: BasePersistenceLayer, validates: boolean): Contender {
  const config = new IdempotencyConfig({
    eventKeyJmesPath: "key",
    expiresAfterSeconds: 86_400,
    ...(validates ? { payloadValidationJmesPath: "body" } : {}),
  });
  config.registerLambdaContext(Object.assign(Object.create(null), { getRemainingTimeInMillis: () => REMAINING_MS }));
  const charge = async (payload: Payload) => {
    payload.ran = true;
    return answer;
  };
  const once = makeIdempotent(charge, { persistenceStore: layer, config, keyPrefix: "bench" });
  const payloadOf = (key: string): Payload => ({ key, body, ran: false });
  layer.configure({ config, keyPrefix: "bench" });
  return {
    name: "Powertools",
    driver,
    role: "peer",
    prepare: async (path, keys) => {
      const remainingMs = path === "takeover" ? 1 : REMAINING_MS;
      await forEachKey(keys, AT_ONCE, (key) =>
        path === "replay" ? once(payloadOf(key)) : layer.saveInProgress({ ...payloadOf(key) }, remainingMs),
      );
      if (path === "takeover") await new Promise((resolve) => setTimeout(resolve, LOST_AFTER_MS));
    },
    run: async (key) => {
      const payload = payloadOf(key);
      try {
        const given = await once(payload);
        if (given?.receipt !== answer.receipt) throw new Error("Powertools gave another answer.");
        return payload.ran ? "ran" : "replayed";
      } catch (error) {
        if (error instanceof IdempotencyAlreadyInProgressError) return "in-progress";
        throw error;
      }
    },
  };
}

/** Without payload validation: this layer does not keep the payload's hash when it completes. */
export async function connectPowertoolsCache(url: string): Promise<Team> {
  const client = createClient({ url });
  client.on("error", () => {}); // what breaks with the server breaks the request too
  await client.connect();
  const contender = powertools("node-redis", new CachePersistenceLayer({ client }), false);
  return { contenders: [contender], close: async () => client.destroy() };
}

export function powertoolsOnDynamoDB(client: DynamoDBClient, table: string): Contender {
  return powertools("SDK", new DynamoDBPersistenceLayer({ tableName: table, awsSdkV3Client: client }), true);
}
