import { readFileSync } from "node:fs";
import { type Framework, frameworks } from "./frameworks.js";

const examples = new URL("../", import.meta.url);

export function sourceOf(path: string): string {
  return readFileSync(new URL(path, examples), "utf8").trimEnd();
}

/** docs/frameworks.md. */
export function frameworksPage(): string {
  return `<!-- Written by \`npm --prefix apps/examples run docs\`, from the files of apps/examples. -->

# In your framework

${frameworks.map(({ title }) => `[${title}](#${anchorOf(title)})`).join(" · ")}

Each of these creates a charge at \`POST /charges\` (Next.js and React Router: \`/api/charges\`), once per key. Start one, and
ask twice: the second answer is the first, with \`Idempotent-Replayed: true\`. Another body under that key gets 422, a
request without a key 400.

\`\`\`sh
curl -i localhost:3000/charges -H 'x-account: me' -H 'idempotency-key: 42' -H 'content-type: application/json' -d '{"amount":1000}'
\`\`\`

\`MemoryStore\` is for one process that may forget. For anything else take
[\`@oncekey/postgres\`](../packages/stores/postgres#readme), [\`@oncekey/redis\`](../packages/stores/redis#readme) or
[\`@oncekey/dynamodb\`](../packages/stores/dynamodb#readme); nothing else changes. \`scope\` says whose key it is: take it from
your authentication, not from a header as here. Bun, Deno and Workers take [\`protect\`](../packages/http#protect) as it is.
Without HTTP: [jobs and queues](jobs.md). The other way round: [webhooks](webhooks.md). The same in tabs: \`npm start\`, at the
end of the page.

${frameworks.map(section).join("\n\n")}

## What the tests run

The code on this page is that of [apps/examples](../apps/examples); a test holds the two together. Each example passes the
same five checks: one charge for a request and its retry, with the same bytes; one charge for ten requests at once; another
body under a used key is refused; so is a request without one; two callers with one key are two.

| | what is run |
| --- | --- |
${frameworks.map(({ title, tested }) => `| ${title} | ${tested} |`).join("\n")}
`;
}

function section({ title, install, files, readme, note }: Framework): string {
  const blocks = files.map(({ path, as = lastOf(path) }) => {
    return `\`${as}\`\n\n\`\`\`ts ignore: the file apps/examples/${path}\n${sourceOf(path)}\n\`\`\``;
  });
  return `## ${title}

\`\`\`sh
npm install ${install}
\`\`\`

${blocks.join("\n\n")}

${note} More: [\`${npmName(readme)}\`](../${readme}#readme).`;
}

/** What the demo's page shows in its tabs. */
export function frameworksOfDemo(): string {
  const shown = frameworks.map(({ title, install, files }) => ({
    title,
    install: `npm install ${install}`,
    files: files.map(({ path, as = lastOf(path) }) => ({ name: as, code: sourceOf(path) })),
  }));
  return `${JSON.stringify(shown, null, 2)}\n`;
}

function lastOf(path: string): string {
  return path.split("/").at(-1) ?? path;
}

function npmName(folder: string): string {
  return `@oncekey/${lastOf(folder)}`;
}

/** As GitHub makes it of a heading. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w -]/g, "")
    .replaceAll(" ", "-");
}
