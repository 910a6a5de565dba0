import { expect, it } from "vitest";
import { Places } from "./places.js";

/** Takes places until it is told to go. */
function visitor(
  places: Places,
  needs: number,
  name: string,
  log: string[],
): { leave: () => void; gone: Promise<void> } {
  let leave = () => {};
  const stay = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const gone = places.hold(needs, async () => {
    log.push(name);
    await stay;
  });
  return { leave, gone };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

it("admits as many as there are places, in the order in which they come", async () => {
  const [places, log] = [new Places(2), [] as string[]];
  const [a, b, all, c] = [
    visitor(places, 1, "a", log),
    visitor(places, 1, "b", log),
    visitor(places, places.total, "all", log),
    visitor(places, 1, "c", log),
  ];
  await settle();
  expect(log).toEqual(["a", "b"]);
  b.leave();
  await settle();
  expect(log, "nobody passes one who needs every place").toEqual(["a", "b"]);
  a.leave();
  await settle();
  expect(log).toEqual(["a", "b", "all"]);
  all.leave();
  await settle();
  expect(log).toEqual(["a", "b", "all", "c"]);
  c.leave();
  await Promise.all([a.gone, b.gone, all.gone, c.gone]);
});

it("frees the places of one that fails", async () => {
  const places = new Places(1);
  await expect(places.hold(1, () => Promise.reject(new Error("it failed")))).rejects.toThrow("it failed");
  expect(await places.hold(1, async () => "next")).toBe("next");
});
