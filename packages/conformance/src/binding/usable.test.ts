import { describe, expect, it } from "vitest";
import { FixtureError } from "../fixture-error.js";
import { type BindingFixture, checkBinding, remoteBinding, serveFetch } from "./index.js";

const sound = { name: "mine", start: async () => ({ url: "http://127.0.0.1:1", close: async () => {} }) };

async function misuse(changes: object): Promise<string> {
  const fixture: BindingFixture = Object.assign({}, sound, changes);
  const error: unknown = await checkBinding(fixture).then(
    () => undefined,
    (rejection: unknown) => rejection,
  );
  expect(error).toBeInstanceOf(FixtureError);
  return error instanceof Error ? error.message : "";
}

describe("a binding's fixture that is no use fails once, before any case", () => {
  it.each<[string, object, RegExp]>([
    ["no start", { start: undefined }, /the fixture "mine": start is undefined; it has to be a function/],
    ["start fails", { start: () => Promise.reject(new Error("EADDRINUSE")) }, /start\(\) failed.*EADDRINUSE/],
    ["no server", { start: async () => undefined }, /start\(\) gives no server: a promise of undefined/],
    [
      "no URL",
      { start: async () => ({ url: "localhost:80", close: () => {} }) },
      /url is "localhost:80"; it has to be/,
    ],
    [
      "an unknown feature",
      { lacks: { magic: "none" } },
      /lacks names "magic"; it has to be one of store-faults, error/,
    ],
    ["no reason", { lacks: { compression: "" } }, /lacks.compression has no reason/],
  ])("%s", async (_name, changes, message) => {
    expect(await misuse(changes)).toMatch(message);
  });

  it("a server that has ended", async () => {
    const { url, close } = await serveFetch(async () => new Response());
    await close();
    const check = checkBinding(remoteBinding("theirs", url));
    await expect(check).rejects.toThrow(/control\/state\?token=fixture is not answered: .*ECONNREFUSED/);
  });

  it("another server", async () => {
    const server = await serveFetch(async () => new Response("Not found", { status: 404 }));
    try {
      const check = checkBinding(remoteBinding("theirs", `${server.url}/`));
      await expect(check).rejects.toThrow(/is answered 404 "Not found", not the state of a token/);
    } finally {
      await server.close();
    }
  });
});
