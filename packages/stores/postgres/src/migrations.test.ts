import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const folder = fileURLToPath(new URL("../sql/", import.meta.url));

it("ships the files of sql/ as they are", async () => {
  const names = readdirSync(folder).toSorted();
  expect(names.map((name) => Number(/^(\d{4})_\w+\.sql$/.exec(name)?.[1]))).toEqual(names.map((_, index) => index + 1));
  const entries = names.map((name) => {
    const sql = readFileSync(folder + name, "utf8");
    expect(sql, "what would end or change a template literal").not.toMatch(/[`\\]|\$\{/);
    return `  {\n    version: ${Number(name.slice(0, 4))},\n    name: "${name}",\n    sql: \`${sql}\`,\n  },\n`;
  });
  await expect(source(entries)).toMatchFileSnapshot("./migrations.ts");
});

function source(entries: readonly string[]): string {
  return `// Written from the files of sql/ by migrations.test.ts: run it with "vitest run -u" after you change one.

/** One step of the schema. A published one is never changed; a change is a further one. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  /** The file's text. The name \`oncekey_records\` stands for the configured schema and table. */
  readonly sql: string;
}

export const migrations: readonly Migration[] = [
${entries.join("")}];
`;
}
