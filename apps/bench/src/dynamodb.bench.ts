import { randomBytes } from "node:crypto";
import { ConditionalCheckFailedException, type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { createTable, DynamoDBStore, type DynamoDBStoreOptions } from "@oncekey/dynamodb";
import { startDynamoDB } from "@oncekey/services";
import { type Alone, alone } from "./stores/alone.js";
import { dynamodbFloor, FLOOR, openClient, TABLE } from "./stores/dynamodb.js";
import { storeContender } from "./stores/ours.js";
import { runningBytes } from "./stores/payload.js";
import type { BenchGroup, BenchSuite } from "./suite.js";

const KEPT = 256;
const BURST = 64;

type Path = "first" | "replay";

/** What a replay in one request takes at least, if it is to be a claim where nothing stands: a write that is refused. */
function bareRefusal(client: DynamoDBClient): Alone {
  const bare = alone(dynamodbFloor(client), "bare client");
  const put = (id: string) =>
    new PutItemCommand({
      TableName: FLOOR,
      Item: { id: { S: id }, version: { S: "v1" }, record: { B: runningBytes }, ttl: { N: "1900000000" } },
      ConditionExpression: "attribute_not_exists(id)",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
  return {
    ...bare,
    name: "bare client, refused PutItem",
    replay: async (id) => {
      const answer = await client.send(put(id)).catch((error: unknown) => error);
      if (!(answer instanceof ConditionalCheckFailedException)) throw answer;
    },
  };
}

function store(name: string, client: DynamoDBClient, options: DynamoDBStoreOptions = {}): Alone {
  return alone(storeContender(name, "SDK", new DynamoDBStore(client, { table: TABLE, ...options })), name);
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

/** What one run of each takes: requests, units, and processor time of this process, most of which is the SDK's. */
async function costsOf(path: Path, endpoint: string, id: () => string): Promise<string> {
  const counting = openClient(endpoint);
  const requests = countersOf(counting);
  const sent: string[] = [];
  for (const contender of contendersOf(path, counting)) {
    await contender[path](id());
    sent.push(requests.splice(0).join(" + "));
  }
  counting.destroy();
  const client = openClient(endpoint);
  const contenders = contendersOf(path, client);
  const processor = await processorTimes(contenders, (contender) => contender[path](id()));
  client.destroy();
  return contenders
    .map(({ name }, index) => {
      const { median = 0, ratio = 0 } = processor[index] ?? {};
      return `${name}: ${sent[index]}, ${median.toFixed(0)} µs of processor time (${ratio.toFixed(2)})`;
    })
    .join("; ");
}

/** The median processor time of one run, and the median of its ratio to the first contender's, in turns. */
async function processorTimes(contenders: readonly Alone[], run: (contender: Alone) => Promise<unknown>) {
  const rounds: number[][] = [];
  for (let round = 0; round < 40; round++) {
    const times: number[] = [];
    for (const contender of contenders) {
      const before = process.cpuUsage();
      await Promise.all(Array.from({ length: BURST }, () => run(contender)));
      const { user, system } = process.cpuUsage(before);
      times.push((user + system) / BURST);
    }
    rounds.push(times);
  }
  // The first rounds are those in which the code is compiled.
  const warm = rounds.slice(10);
  return contenders.map((_, index) => ({
    median: medianOf(warm.map((times) => times[index] ?? 0)),
    ratio: medianOf(warm.map((times) => (times[index] ?? 0) / (times[0] ?? 0))),
  }));
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function contendersOf(path: Path, client: DynamoDBClient): readonly [Alone, ...Alone[]] {
  return [
    alone(dynamodbFloor(client), "bare client"),
    ...(path === "replay" ? [bareRefusal(client)] : []),
    store("DynamoDBStore", client),
    store("DynamoDBStore, readFirst", client, { readFirst: true }),
  ];
}

function freshId(): string {
  return randomBytes(32).toString("base64url");
}

function groupsOf(
  client: DynamoDBClient,
  kept: readonly string[],
  costs: Readonly<Record<Path, string>>,
): BenchGroup[] {
  let next = 0;
  const idFor = (path: Path) => (path === "first" ? freshId() : (kept[next++ % KEPT] ?? ""));
  const group = (path: Path, title: string, atOnce: number, hot = false): BenchGroup => {
    const caseOf = (contender: Alone) => {
      const one = () => contender[path](hot ? (kept[0] ?? "") : idFor(path));
      const many = () => Promise.all(Array.from({ length: atOnce }, one));
      return { name: contender.name, run: atOnce === 1 ? one : many };
    };
    const [floor, ...others] = contendersOf(path, client);
    const wanted = path === "first" ? "a conditional PutItem and an UpdateItem" : "a GetItem of as many bytes";
    return {
      title,
      note: `Baseline: the bare client's ${wanted}. Wanted: a speed of 0.95. One run of each — ${costs[path]}.`,
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
    const client = openClient(server.endpoint);
    await createTable(client, { table: TABLE });
    await createTable(client, { table: FLOOR });
    const kept = Array.from({ length: KEPT }, freshId);
    for (const contender of contendersOf("first", client).slice(0, 2)) await contender.keep(kept);
    const costs = {
      first: await costsOf("first", server.endpoint, freshId),
      replay: await costsOf("replay", server.endpoint, () => kept[0] ?? ""),
    };
    return {
      groups: groupsOf(client, kept, costs),
      close: async () => {
        client.destroy();
        await server.stop();
      },
    };
  },
};
