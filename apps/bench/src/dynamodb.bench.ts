import { randomBytes } from "node:crypto";
import { DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { type Completed, encodeRecord, type InProgress } from "@oncekey/core";
import { createTable, DynamoDBStore, type DynamoDBStoreOptions } from "@oncekey/dynamodb";
import { startDynamoDB } from "@oncekey/services";
import type { BenchGroup, BenchSuite } from "./suite.js";

const DAY_MS = 86_400_000;
const KEPT = 256;
const BURST = 64;
const TABLE = "oncekey_records";
const FLOOR = "floor";

const fingerprint = `s1:${"x".repeat(43)}`;
const running: InProgress = { state: "in-progress", fingerprint, attempt: 1, leaseMs: 30_000 };
const completed: Completed = { state: "completed", fingerprint, attempt: 1, result: randomBytes(350) };
const runningBytes = encodeRecord(running);
const completedBytes = encodeRecord(completed);

type Path = "first" | "replay";

/** A way to do the two things that are measured, for one id. */
interface Contender extends Record<Path, (id: string) => Promise<unknown>> {
  readonly name: string;
}

/** The least that could work: a conditional write and a second one, and one read, which judge nothing and keep no time. */
function bareClient(client: DynamoDBClient): Contender {
  const put = (id: string) =>
    new PutItemCommand({
      TableName: FLOOR,
      Item: { id: { S: id }, version: { S: "v1" }, record: { B: runningBytes }, ttl: { N: "1900000000" } },
      ConditionExpression: "attribute_not_exists(id)",
    });
  const update = (id: string) =>
    new UpdateItemCommand({
      TableName: FLOOR,
      Key: { id: { S: id } },
      UpdateExpression: "SET version = :v, #r = :r",
      ExpressionAttributeNames: { "#r": "record" },
      ExpressionAttributeValues: { ":v": { S: "v2" }, ":r": { B: completedBytes } },
    });
  const get = (id: string) => new GetItemCommand({ TableName: FLOOR, Key: { id: { S: id } }, ConsistentRead: true });
  return {
    name: "bare client",
    first: async (id) => {
      await client.send(put(id));
      await client.send(update(id));
    },
    replay: (id) => client.send(get(id)),
  };
}

function store(name: string, client: DynamoDBClient, options: DynamoDBStoreOptions = {}): Contender {
  const dynamodb = new DynamoDBStore(client, { table: TABLE, ...options });
  return {
    name,
    first: async (id) => {
      await dynamodb.create(id, "v1", running, DAY_MS);
      await dynamodb.replace(id, "v1", "v2", completed);
    },
    replay: (id) => dynamodb.create(id, "v3", running, DAY_MS),
  };
}

/** Notes each request of a client and the units that DynamoDB says it used; of a refused write it says nothing. */
function countersOf(client: DynamoDBClient): string[] {
  const requests: string[] = [];
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        const name = commandName.replace("Command", "");
        const index = requests.push(`${name} (refused)`) - 1;
        const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: "TOTAL" } });
        const { ConsumedCapacity: { CapacityUnits = "?" } = {} } = Object(result.output);
        requests[index] = `${name} (${CapacityUnits} ${name === "GetItem" ? "RCU" : "WCU"})`;
        return result;
      },
    { step: "initialize" },
  );
  return requests;
}

/** What one run of each takes. */
async function costsOf(path: Path, client: DynamoDBClient, id: () => string): Promise<string> {
  const requests = countersOf(client);
  const costs: string[] = [];
  for (const contender of contendersOf(client)) {
    await contender[path](id());
    costs.push(`${contender.name}: ${requests.splice(0).join(" + ")}`);
  }
  return costs.join("; ");
}

function contendersOf(client: DynamoDBClient): readonly [Contender, ...Contender[]] {
  return [
    bareClient(client),
    store("DynamoDBStore", client),
    store("DynamoDBStore, readFirst", client, { readFirst: true }),
  ];
}

function connect(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
    requestHandler: { httpAgent: { keepAlive: true, maxSockets: BURST } },
  });
}

function freshId(): string {
  return randomBytes(32).toString("base64url");
}

function groupsOf(
  contenders: readonly [Contender, ...Contender[]],
  kept: readonly string[],
  costs: Readonly<Record<Path, string>>,
): BenchGroup[] {
  let next = 0;
  const idFor = (path: Path) => (path === "first" ? freshId() : (kept[next++ % KEPT] ?? ""));
  const group = (path: Path, title: string, atOnce: number, hot = false): BenchGroup => {
    const caseOf = (contender: Contender) => {
      const one = () => contender[path](hot ? (kept[0] ?? "") : idFor(path));
      const many = () => Promise.all(Array.from({ length: atOnce }, one));
      return { name: contender.name, run: atOnce === 1 ? one : many };
    };
    const [floor, ...others] = contenders;
    const wanted = path === "first" ? "a conditional PutItem and an UpdateItem" : "a GetItem of as many bytes";
    return {
      title,
      note: `Baseline: the bare client's ${wanted}. Wanted: a speed of 0.95. Requests: ${costs[path]}.`,
      cases: [caseOf(floor), ...others.map(caseOf)],
    };
  };
  return [
    group("first", "A first request (claim + completion)", 1),
    group("first", `${BURST} first requests at once`, BURST),
    group("replay", "A replay", 1),
    group("replay", `${BURST} replays of different keys at once`, BURST),
    group("replay", `${BURST} replays of one key at once`, BURST, true),
  ];
}

/**
 * On dynalite, or on AWS's DynamoDB Local where `ONCEKEY_DYNAMODB_LOCAL=1`. Only the latter answers a refused write with
 * the item, as DynamoDB itself does, so replays on dynalite take a request more. Both are far slower than DynamoDB, and
 * share the machine with the client.
 */
export const dynamodbSuite: BenchSuite = {
  name: "dynamodb",
  open: async () => {
    const server = await startDynamoDB();
    const client = connect(server.endpoint);
    await createTable(client, { table: TABLE });
    await createTable(client, { table: FLOOR });
    const contenders = contendersOf(client);
    const kept = Array.from({ length: KEPT }, freshId);
    for (const { first } of contenders.slice(0, 2)) for (const id of kept) await first(id);
    const costs = {
      first: await costsOf("first", connect(server.endpoint), freshId),
      replay: await costsOf("replay", connect(server.endpoint), () => kept[0] ?? ""),
    };
    return {
      groups: groupsOf(contenders, kept, costs),
      close: async () => {
        client.destroy();
        await server.stop();
      },
    };
  },
};
