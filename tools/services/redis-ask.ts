import { once } from "node:events";
import { connect } from "node:net";

const ANSWER_WITHIN_MS = 2_000;

/** Asks a Redis on this machine one thing: what it says, up to the first piece that arrives. No argument has a space. */
export async function askRedis(port: number, ...command: readonly string[]): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1" });
  try {
    await once(socket, "connect");
    socket.write(`${command.join(" ")}\r\n`);
    const [answer] = await once(socket, "data", { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    return String(answer);
  } finally {
    socket.destroy();
  }
}

/** Asks again and again until the answer is right; throws with the last answer when it takes too long. */
export async function untilRedisSays(
  port: number,
  command: readonly string[],
  right: (answer: string) => boolean,
  withinMs = 20_000,
): Promise<string> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await askRedis(port, ...command);
    if (right(answer)) return answer;
    if (Date.now() > deadline)
      throw new Error(`Redis on port ${port} goes on answering ${command.join(" ")}: ${answer}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
