// The documentation shows the examples as they are.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { documents, guides } from "../docs/documents.js";
import { sourceOf } from "../docs/render.js";

describe.each(documents.map((each) => ({ ...each, name: nameOf(each.file) })))("$name", ({ file, render }) => {
  it("is what `npm --prefix apps/examples run docs` writes", () => {
    expect(readFileSync(file, "utf8")).toBe(render());
  });
});

describe.each(guides.map((file) => ({ file, name: nameOf(file) })))("$name", ({ file }) => {
  const text = readFileSync(file, "utf8");
  const pieces = [...text.matchAll(/^```ts ignore: (the file|a part of) apps\/examples\/(\S+)\n([\s\S]*?)^```/gm)];

  it.each(pieces.map(([, how, path = "", code = ""]) => ({ how, path, code: code.trimEnd() })))(
    "shows $how $path as it is",
    ({ how, path, code }) => {
      const source = sourceOf(path);
      if (how === "the file") expect(source).toBe(code);
      else expect(source).toContain(code);
    },
  );

  it("shows something", () => expect(pieces.length).toBeGreaterThan(0));
});

function nameOf(file: URL): string {
  return file.pathname.split("/").slice(-2).join("/");
}
