import { afterAll, describe, expect, it } from "vitest";
import {
  completed,
  connect,
  freshId,
  freshVersion,
  HOUR_MS,
  isDynamoDBProper,
  openTable,
  running,
} from "../test/harness.js";
import { itemBytes } from "./capacity.js";
import { type CapacityUsed, DynamoDBStore } from "./index.js";

const { table, client, withOptions } = await openTable();
const tellsRefusals = await isDynamoDBProper(client);

/** What a call used, as `"PutItem write 1"`; computed, where it says `~`. */
async function usedBy(options: object, call: (counted: DynamoDBStore) => Promise<unknown>): Promise<string[]> {
  const used: CapacityUsed[] = [];
  await call(withOptions({ ...options, onCapacity: (more) => used.push(more) }));
  return used.map(({ request, kind, units, reported }) => `${request} ${kind} ${reported ? "" : "~"}${units}`);
}

/** Claims and completes, then asks again; what each of the three used. */
async function paths(resultBytes: number, options: object = {}) {
  const id = freshId();
  const result = completed(new Uint8Array(resultBytes));
  const claim = (counted: DynamoDBStore) => counted.create(id, freshVersion(), running(), HOUR_MS);
  return {
    claim: await usedBy(options, (counted) => counted.create(id, "v1", running(), HOUR_MS)),
    duplicate: await usedBy(options, claim),
    takeOver: await usedBy(options, (counted) => counted.replace(id, "v1", "v2", running(2), 60_000)),
    completion: await usedBy(options, (counted) => counted.replace(id, "v2", "v3", result)),
    replay: await usedBy(options, claim),
  };
}

/** A refused write, of which dynalite tells nothing; there, what refused it is read. */
const refused = (units: number) => (tellsRefusals ? [`PutItem write ~${units}`] : ["GetItem read 1"]);

describe("the capacity that is used", () => {
  // The README's table.
  it("is one unit for each write of a small record", async () => {
    expect(await paths(300)).toEqual({
      claim: ["PutItem write 1"],
      duplicate: refused(1),
      takeOver: ["UpdateItem write 1"],
      completion: ["UpdateItem write 1"],
      replay: refused(1),
    });
  });

  it("does not grow with a large result where the write of a duplicate is refused", async () => {
    expect(await paths(50_000)).toMatchObject({
      completion: ["GetItem read 1", "PutItem write 49", "UpdateItem write 1"],
      replay: [...refused(1), "GetItem read 13"],
    });
  });

  it("is a result's for each duplicate where it is kept in its own item", async () => {
    const inline = await paths(50_000, { inlineMaxBytes: 393_216 });
    expect(inline.completion).toEqual(["UpdateItem write 49"]);
    expect(inline.replay).toEqual(tellsRefusals ? ["PutItem write ~49"] : ["GetItem read 13"]);
  });

  it("is a read's for a replay where reads come first", async () => {
    expect(await paths(300, { readFirst: true })).toEqual({
      claim: ["GetItem read 1", "PutItem write 1"],
      duplicate: ["GetItem read 1"],
      takeOver: ["UpdateItem write 1"],
      completion: ["UpdateItem write 1"],
      replay: ["GetItem read 1"],
    });
  });

  it("is told with the operation it was for", async () => {
    const used: CapacityUsed[] = [];
    const counted = withOptions({ onCapacity: (more) => used.push(more) });
    await counted.create(freshId(), "v1", running(), HOUR_MS);
    expect(used).toEqual([{ step: "create", request: "PutItem", kind: "write", units: 1, reported: true }]);
  });

  it("is not asked for by a store to whose owner it is nothing", async () => {
    const own = connect();
    afterAll(() => own.destroy());
    const inputs: unknown[] = [];
    own.middlewareStack.add(
      (next) => (args) => {
        inputs.push(args.input);
        return next(args);
      },
      { step: "initialize" },
    );
    await new DynamoDBStore(own, { table }).create(freshId(), "v1", running(), HOUR_MS);
    expect(inputs).toHaveLength(1);
    expect(inputs[0]).not.toHaveProperty("ReturnConsumedCapacity");
  });
});

describe("an item's size", () => {
  it("is that of its names and values", () => {
    const item = { id: { S: "käse" }, n: { N: "-12345" }, b: { B: new Uint8Array(100) }, flag: { BOOL: true } };
    expect(itemBytes(item)).toBe(2 + 5 + 1 + 4 + 1 + 100 + 4 + 1);
  });
});
