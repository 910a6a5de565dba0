import { titles } from "../stores/contender.js";
import { table } from "../tables.js";
import type { Profiled, ProfiledPath } from "./profile.js";

const sum = (times: ReadonlyMap<string, number>) => [...times.values()].reduce((total, time) => total + time, 0);

/** The profiles as Markdown: a table for each path and side, parts that cost most first. */
export function profileReport(server: string, paths: readonly ProfiledPath[]): string {
  const sections = paths.flatMap(({ path, atOnce, profiles }) => [
    `### ${titles[path]}, ${atOnce} at once`,
    side("Client, µs for each request", profiles, ({ client }) => client),
    side("Server, µs for each request", profiles, (profile) => profile.server),
  ]);
  return [`## ${server}`, ...sections].join("\n\n");
}

function side(
  title: string,
  profiles: readonly Profiled[],
  timesOf: (profile: Profiled) => ReadonlyMap<string, number> | undefined,
): string {
  const seen = profiles.flatMap((profile) => {
    const times = timesOf(profile);
    return times === undefined ? [] : [{ name: profile.contender, times }];
  });
  if (seen.length === 0) return `${title}: not taken. It needs a server's own process and Linux's \`perf\`.`;
  const most = (part: string) => Math.max(...seen.map(({ times }) => times.get(part) ?? 0));
  const parts = [...new Set(seen.flatMap(({ times }) => [...times.keys()]))].sort((a, b) => most(b) - most(a));
  const row = (part: string) => [part, ...seen.map(({ times }) => (times.get(part) ?? 0).toFixed(1))];
  const total = ["sum", ...seen.map(({ times }) => sum(times).toFixed(1))];
  return table([title, ...seen.map(({ name }) => name)], [...parts.map(row), total]).join("\n");
}
