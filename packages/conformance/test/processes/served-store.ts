import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { StoreFixture } from "@oncekey/conformance";
import { decodeRecord, encodeRecord, type IdempotencyStore, type StoreCapabilities, type Stored } from "@oncekey/core";

/** The operations of a store, and their arguments as they travel: a record as base64. */
interface Message {
  readonly op: "get" | "create" | "replace" | "remove";
  readonly args: readonly unknown[];
}

type Travelling = { readonly travelling: string };

/** Serves a store in memory to other processes, so that they share one storage that can be told to be broken. */
export async function serve(store: IdempotencyStore): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { op, args }: Message = JSON.parse(body, revive);
    const answer: unknown = await Reflect.apply(store[op], store, [...args]);
    response.end(JSON.stringify({ answer }, travel));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = address(server.address());
  return {
    port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

/** A fixture over a served store; the processes of a race call it with the port. */
export function fixture({ port, capabilities }: { port: number; capabilities: StoreCapabilities }): StoreFixture {
  const call = async ({ op, args }: Message) => {
    const response = await fetch(`http://127.0.0.1:${port}`, {
      method: "POST",
      body: JSON.stringify({ op, args }, travel),
    });
    return JSON.parse(await response.text(), revive).answer;
  };
  const store: IdempotencyStore = {
    capabilities,
    get: (...args) => call({ op: "get", args }),
    create: (...args) => call({ op: "create", args }),
    replace: (...args) => call({ op: "replace", args }),
    remove: (...args) => call({ op: "remove", args }),
  };
  return { name: "a served store", capabilities, open: async () => ({ store, close: () => {} }) };
}

function travel(key: string, value: unknown): unknown {
  if (key !== "record" && !isRecord(value)) return value;
  return isRecord(value) ? { travelling: Buffer.from(encodeRecord(value)).toString("base64") } : value;
}

function revive(_key: string, value: unknown): unknown {
  return isTravelling(value) ? decodeRecord(Buffer.from(value.travelling, "base64")) : value;
}

function isRecord(value: unknown): value is Stored["record"] {
  return typeof value === "object" && value !== null && "state" in value && "attempt" in value;
}

function isTravelling(value: unknown): value is Travelling {
  return typeof value === "object" && value !== null && "travelling" in value;
}

function address(value: string | AddressInfo | null): AddressInfo {
  if (value === null || typeof value === "string") throw new Error("the server has no port");
  return value;
}
