import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import type { DynamoDBStoreClient } from "../src/index.js";

/** Emulators look whether there is a signature, and not at what it is. */
const AUTHORIZATION =
  "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0";

/**
 * A client of an emulator that writes and reads DynamoDB's JSON by itself. The SDK spends several times as much of the
 * processor on a request as the server, which is what a race of many thousand calls would wait for.
 */
export function plainClient(endpoint: string): DynamoDBStoreClient & { destroy(): void } {
  const agent = new Agent({ keepAlive: true, noDelay: true });
  return {
    send: async (command) => {
      const body = JSON.stringify(command.input, inBase64);
      const operation = command.constructor.name.replace("Command", "");
      const headers = {
        "content-type": "application/x-amz-json-1.0",
        "content-length": Buffer.byteLength(body),
        "x-amz-target": `DynamoDB_20120810.${operation}`,
        "x-amz-date": "20260101T000000Z",
        authorization: AUTHORIZATION,
      };
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request(endpoint, { agent, method: "POST", headers }, resolve).on("error", reject).end(body);
      });
      const answer = JSON.parse(await text(response), fromBase64);
      if (response.statusCode === 200) return answer;
      const { __type: type = "", message = type, Item } = answer;
      throw Object.assign(new Error(message), { name: String(type).split("#").at(-1), Item });
    },
    destroy: () => agent.destroy(),
  };
}

/** Binary values are the only ones that JSON has no form for. */
function inBase64(_name: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return value;
}

function fromBase64(name: string, value: unknown): unknown {
  return name === "B" && typeof value === "string" ? Uint8Array.from(Buffer.from(value, "base64")) : value;
}
