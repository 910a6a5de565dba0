// The guide shows this store piece by piece: each piece stands here as it stands there.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const guide = readFileSync(new URL("../../../packages/conformance/docs/stores.md", import.meta.url), "utf8");
const pieces = [...guide.matchAll(/^```ts ignore: a part of apps\/sqlite-store\/(\S+)\n([\s\S]*?)^```/gm)];

it.each(pieces.map(([, file = "", code = ""]) => ({ file, code, begins: code.split("\n")[0] })))(
  "$file has what begins with: $begins",
  ({ file, code }) => {
    const source = readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
    // A piece of a class stands at the margin in the guide.
    expect(unindented(source)).toContain(unindented(code));
  },
);

it("is shown whole: its database, its four operations, its fixture", () => {
  const files = pieces.map(([, file]) => file);
  expect(new Set(files)).toEqual(new Set(["src/database.ts", "src/sqlite-store.ts", "src/fixture.ts"]));
  for (const name of ["get", "create", "replace", "remove", "sweep", "#step", "#written", "#row"]) {
    expect(guide).toMatch(new RegExp(`^(async )?${name}(<Answer>)?\\(`, "m"));
  }
});

function unindented(text: string): string {
  return text.replaceAll(/^[ \t]+/gm, "").trim();
}
