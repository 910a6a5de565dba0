// Nothing in the repository names a machine, or a registry of somebody's own.   tsx tools/checks/paths.ts
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Finding, report } from "../lib/report.js";
import { repositoryRoot } from "../lib/workspace.js";

/** Each with a sample that it has to find; the sample is in pieces, so that this file does not find itself. */
export const traces: readonly { readonly what: string; readonly pattern: RegExp; readonly sample: string }[] = [
  {
    what: "a path in a home folder",
    pattern: /(?<![\w.])\/(?:home|Users|root)\/[\w.-]+/,
    sample: "/" + "home/ann/oncekey",
  },
  {
    what: "a path of a build machine",
    pattern: /(?<![\w.)}~-])\/(?:work|workspace|builds|mnt)\/[\w.-]+/,
    sample: "/" + "work/main",
  },
  { what: "a Windows path", pattern: /\b[A-Z]:\\[\w.-]+\\/, sample: "C:" + "\\code\\oncekey" },
  { what: "a tarball address", pattern: /\btarball: https?:/, sample: "tarball: " + "https://npm.example/x.tgz" },
  {
    what: "the address of a registry",
    pattern: /\bregistry\s*[=:]\s*["']?https?:\/\//,
    sample: "registry = " + "https://npm.internal.example/",
  },
  {
    what: "an address in a private network",
    pattern: /\bhttps?:\/\/(?:10|192\.168)\.\d+\.\d+/,
    sample: "http" + "://10.0.0.7",
  },
];

export function tracesIn(text: string): string[] {
  return text.split("\n").flatMap((line, index) => {
    return traces
      .filter(({ pattern }) => pattern.test(line))
      .map(({ what }) => `line ${index + 1}: ${what}: ${line.trim().slice(0, 100)}`);
  });
}

function trackedFiles(root: string): string[] {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  return listed
    .split("\0")
    .filter((file) => existsSync(join(root, file)) && file !== "" && !/\.(png|jpe?g|gif|ico|woff2?)$/.test(file));
}

function checkPaths(root: string): Finding[] {
  const findings = trackedFiles(root).map((subject) => ({
    subject,
    problems: tracesIn(readFileSync(join(root, subject), "utf8")),
  }));
  const bad = findings.filter(({ problems }) => problems.length > 0);
  return bad.length > 0 ? bad : [{ subject: `${findings.length} files`, problems: [] }];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) report(checkPaths(repositoryRoot));
