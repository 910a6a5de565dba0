import type { Pool } from "pg";
import { processorMicroseconds } from "./processor.js";
import type { BenchGroup } from "./suite.js";

const ROUNDS = 40;
const TURN_MS = 10;

/**
 * What the cases of a group cost in processor time, in the server's processes and in this one, as a sentence: unlike the
 * time on the wall it does not depend on who else is at work. The pool's connections have to stay the same meanwhile.
 *
 * On Linux only; elsewhere the sentence says that it was not measured.
 */
export async function processorTimes(pool: Pool, cases: BenchGroup["cases"]): Promise<string> {
  if (process.platform !== "linux") return "Processor time is measured on Linux only.";
  const { rows } = await pool.query<{ pid: number }>(
    "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'",
  );
  const pids = rows.map(({ pid }) => pid);
  const spent = cases.map(() => ({ server: [] as number[], client: [] as number[] }));
  for (let round = 0; round < ROUNDS; round++) {
    for (let turn = 0; turn < cases.length; turn++) {
      const index = (round + turn) % cases.length;
      const server = processorMicroseconds(pids);
      const client = process.cpuUsage();
      const end = performance.now() + TURN_MS;
      let runs = 0;
      for (; performance.now() < end; runs++) await cases[index]?.run();
      const { user, system } = process.cpuUsage(client);
      spent[index]?.server.push((processorMicroseconds(pids) - server) / runs);
      spent[index]?.client.push((user + system) / runs);
    }
  }
  const times = spent.map(({ server, client }) => ({ server: median(server), client: median(client) }));
  const [baseline] = times;
  const parts = times.map(({ server, client }, index) => {
    const ratio = ((baseline?.server ?? 0) + (baseline?.client ?? 0)) / (server + client);
    return `${cases[index]?.name} ${server.toFixed(0)} + ${client.toFixed(0)} µs (speed ${ratio.toFixed(2)})`;
  });
  return `Processor time, server + client: ${parts.join("; ")}.`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
