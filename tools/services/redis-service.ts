import { once } from "node:events";
import { connect } from "node:net";
import { startRedis } from "./redis.js";

const URL_VARIABLE = "ONCEKEY_TEST_REDIS_URL";

/**
 * The Redis that the test run started, or the one named by `REDIS_URL`. All test files share it, so each uses keys of its
 * own; a test that stops its server or changes its settings starts one with `startRedis`.
 *
 * @throws Error if the tests were not started through the vitest project "services".
 */
export function testRedisUrl(): string {
  const url = process.env[URL_VARIABLE];
  if (url !== undefined) return url;
  throw new Error(
    "No Redis server was started for this test. Its file has to belong to the vitest project 'services': " +
      "see vitest.config.ts, or name the file *.service.test.ts.",
  );
}

/** Called once, by the runner's set-up. Resolves to what stops it. */
export async function provideRedis(): Promise<() => Promise<void>> {
  const given = process.env["REDIS_URL"];
  if (given !== undefined && given !== "") return useGiven(given);
  const server = await startRedis();
  process.env[URL_VARIABLE] = server.url;
  return () => server.stop();
}

async function useGiven(url: string): Promise<() => Promise<void>> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port === "" ? 6_379 : port), hostname);
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(5_000) });
  } catch (cause) {
    throw new Error(
      "The server named by REDIS_URL does not answer. Start it, or unset REDIS_URL: the tests then start their own.",
      { cause },
    );
  } finally {
    socket.destroy();
  }
  process.env[URL_VARIABLE] = url;
  return async () => {};
}
