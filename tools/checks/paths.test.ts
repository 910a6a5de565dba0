import { expect, it } from "vitest";
import { traces, tracesIn } from "./paths.js";

it.each(traces)("finds $what", ({ what, sample }) => {
  expect(tracesIn(`first line\nsee ${sample} there`)).toEqual([expect.stringContaining(`line 2: ${what}`)]);
});

it("leaves relative paths and public addresses alone", () => {
  const relative = ["packages", "core", "work", "x.ts"].join("/");
  const text = `${relative}\nhttps://example.com/home/page\n./root/one`;
  expect(tracesIn(text)).toEqual([]);
});
