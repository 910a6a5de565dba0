import type { Arena, Path, Team } from "../stores/contender.js";
import { type RoundsEffort, Runner } from "../stores/rounds.js";
import { ClientProfile, type Times } from "./client-profile.js";
import { type Parts, postgresServer, redisServer } from "./parts.js";
import { perfWorks, serverTimes } from "./server-profile.js";

/** Paths whose keys need no preparation in between, which would be looked at, too. */
export const profiledPaths = ["first", "replay", "duplicate"] as const satisfies readonly Path[];

/** What is to be looked at. */
export interface ProfileChoice {
  readonly paths: readonly (typeof profiledPaths)[number][];
  readonly callers: readonly number[];
  /** Part of a contender's name; without any, all that are ours, and their floors. */
  readonly only: readonly string[];
  readonly effort: ProfileEffort;
}

/** In each turn every contender is looked at once, the client and the server apart. */
export interface ProfileEffort {
  readonly turns: number;
  readonly batches: number;
  readonly warmUpMs: number;
  readonly batchMs: number;
}

export const FULL_PROFILE: ProfileEffort = { turns: 8, batches: 8, warmUpMs: 500, batchMs: 120 };
export const QUICK_PROFILE: ProfileEffort = { turns: 2, batches: 3, warmUpMs: 200, batchMs: 120 };

/** One contender on one path: microseconds for each request, part by part. */
export interface Profiled {
  readonly contender: string;
  readonly client: ReadonlyMap<string, number>;
  /** Absent where the server's processes cannot be looked at. */
  readonly server: ReadonlyMap<string, number> | undefined;
}

export interface ProfiledPath {
  readonly path: Path;
  readonly atOnce: number;
  readonly profiles: readonly Profiled[];
}

const serverParts: Readonly<Record<string, Parts>> = { Redis: redisServer, Postgres: postgresServer };

/** Takes the profiles of contenders on one server, in turns. */
export async function profileArena(arena: Arena, choice: ProfileChoice): Promise<ProfiledPath[]> {
  const team = await arena.connect(arena.url);
  const client = new ClientProfile();
  await client.open();
  const done: ProfiledPath[] = [];
  for (const path of choice.paths) {
    for (const atOnce of choice.callers) {
      done.push({ path, atOnce, profiles: await profilePath(arena, team, client, { ...choice, path, atOnce }) });
    }
  }
  client.close();
  await team.close();
  return done;
}

interface PathChoice extends ProfileChoice {
  readonly path: Path;
  readonly atOnce: number;
}

async function profilePath(
  arena: Arena,
  team: Team,
  client: ClientProfile,
  { path, atOnce, only, effort }: PathChoice,
): Promise<Profiled[]> {
  const wanted = team.contenders.filter(({ name, role }) =>
    only.length === 0 ? role !== "peer" : only.some((part) => name.includes(part)),
  );
  const rounds: RoundsEffort = { ...effort, rounds: 0, callers: [atOnce], kept: 256, counted: 0 };
  const looks: Look[] = [];
  for (const contender of wanted) looks.push(new Look(await Runner.prepare(contender, path, atOnce, rounds)));
  const pids = (await arena.pids?.()) ?? [];
  const parts = pids.length > 0 && perfWorks(pids) ? serverParts[arena.name] : undefined;
  for (let turn = 0; turn < effort.turns; turn++) {
    for (let at = 0; at < looks.length; at++) {
      const look = looks[(at + turn) % looks.length];
      await look?.atClient(client, effort.batches);
      if (parts !== undefined) await look?.atServer(pids, parts, effort.batches);
    }
  }
  return looks.map((look) => look.result);
}

/** What has been seen of one contender. */
class Look {
  readonly #runner: Runner;
  readonly #client = new Sum();
  readonly #server = new Sum();

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  async atClient(profile: ClientProfile, batches: number): Promise<void> {
    this.#client.add(await profile.during(() => this.#work(batches)), batches * this.#runner.size);
  }

  async atServer(pids: readonly number[], parts: Parts, batches: number): Promise<void> {
    this.#server.add(await serverTimes(pids, parts, () => this.#work(batches)), batches * this.#runner.size);
  }

  get result(): Profiled {
    const { name } = this.#runner.contender;
    return {
      contender: name,
      client: this.#client.each,
      server: this.#server.times.size > 0 ? this.#server.each : undefined,
    };
  }

  async #work(batches: number): Promise<void> {
    for (let count = 0; count < batches; count++) await this.#runner.measure();
  }
}

class Sum {
  readonly times: Times = new Map();
  #requests = 0;

  add(times: Times, requests: number): void {
    for (const [part, time] of times) this.times.set(part, (this.times.get(part) ?? 0) + time);
    this.#requests += requests;
  }

  /** For each request. */
  get each(): ReadonlyMap<string, number> {
    return new Map([...this.times].map(([part, time]) => [part, time / this.#requests]));
  }
}
