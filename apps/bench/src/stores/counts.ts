import { type Arena, type Commands, type Contender, expected, newKeys, type Path, paths } from "./contender.js";
import { openWire, type Traffic, type Wire } from "./wire.js";

/** What one request takes: turns and bytes on the wire, and commands by name. */
export interface Count extends Traffic {
  readonly contender: string;
  readonly path: Path;
  readonly commands: Commands;
}

/** Counts what each contender sends on each path, one request after the other, through a proxy that nobody is timed by. */
export async function countAll(arena: Arena, requests: number): Promise<Count[]> {
  const wire = await openWire(arena.url);
  const team = await arena.connect(wire.url);
  const counts: Count[] = [];
  try {
    for (const path of paths) {
      for (const contender of team.contenders) {
        if (contender.lacks?.[path] === undefined) counts.push(await countOf(contender, path, requests, arena, wire));
      }
    }
  } finally {
    await team.close();
    await wire.close();
  }
  return counts;
}

async function countOf(contender: Contender, path: Path, requests: number, arena: Arena, wire: Wire): Promise<Count> {
  const keys = newKeys(requests + 1);
  if (path !== "first") await contender.prepare(path, keys);
  // The first one prepares statements and loads scripts.
  await ask(contender, path, keys.slice(0, 1));
  let traffic = wire.take();
  const commands = await arena.commandsOf(async () => {
    wire.take();
    await ask(contender, path, keys.slice(1));
    traffic = wire.take();
  });
  return {
    contender: contender.name,
    path,
    ...perRequest(traffic, requests),
    commands: eachPerRequest(commands, requests),
  };
}

/** Asks one after the other, and insists on the right answer. */
async function ask(contender: Contender, path: Path, keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    const answer = await contender.run(key, path);
    if (answer !== expected[path]) throw new Error(`${contender.name}: ${path} was answered with ${answer}.`);
  }
}

function perRequest({ roundTrips, sentBytes, receivedBytes }: Traffic, requests: number): Traffic {
  return {
    roundTrips: roundTrips / requests,
    sentBytes: sentBytes / requests,
    receivedBytes: receivedBytes / requests,
  };
}

function eachPerRequest(commands: Commands, requests: number): Commands {
  return new Map([...commands].map(([name, calls]) => [name, calls / requests]));
}
