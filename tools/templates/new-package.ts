// Starts a package from its template:   pnpm new:store <name>   pnpm new:binding <name>
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { repositoryRoot } from "../lib/workspace.js";

const FOLDERS = { store: "packages/stores", binding: "packages/bindings" } as const;
export type Kind = keyof typeof FOLDERS;

/** Copies the template with its stand-in, "acme", renamed. Returns the new folder, relative to the root. */
export function newPackage(kind: Kind, name: string, root: string = repositoryRoot): string {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) {
    throw new TypeError(
      `"${name}" cannot be a package's name: use lower-case letters, digits and dashes, such as "redis"`,
    );
  }
  const folder = `${FOLDERS[kind]}/${name}`;
  if (existsSync(join(root, folder))) throw new TypeError(`${folder} exists already`);
  const template = fileURLToPath(new URL(`./${kind}/`, import.meta.url));
  const files = readdirSync(template, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const file of files) {
    const from = join(file.parentPath, file.name);
    if (/\/(node_modules|dist|\.turbo)\//.test(from)) continue;
    const to = join(root, folder, renamed(from.slice(template.length), name));
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, renamed(readFileSync(from, "utf8"), name));
  }
  cpSync(join(root, "LICENSE"), join(root, folder, "LICENSE"));
  writeFileSync(
    join(root, `.changeset/${name}-first.md`),
    `---\n"@oncekey/${name}": minor\n---\n\nThe first version.\n`,
  );
  return folder;
}

function renamed(text: string, name: string): string {
  const pascal = name.replaceAll(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return text.replaceAll("acme", name).replaceAll("Acme", pascal);
}

function isKind(text: string | undefined): text is Kind {
  return text !== undefined && Object.hasOwn(FOLDERS, text);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [kind, name] = process.argv.slice(2);
  if (!isKind(kind) || name === undefined) throw new TypeError("Say which and how it is called: pnpm new:store redis");
  console.log(`${newPackage(kind, name)} is there. Next: pnpm install, then the checklist in CONTRIBUTING.md.`);
}
