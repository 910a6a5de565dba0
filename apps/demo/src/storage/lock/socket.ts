import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";
import { codeOf, StartUpError } from "../../start-up-error.js";

/** What a process says on its socket: it has the folder, or would like to. */
export interface Claim {
  readonly held: boolean;
  /** For people. */
  readonly pid: string;
}

const ANSWER_WITHIN_MS = 2_000;

/** Listens, and tells callers what is claimed; undefined where somebody else listens there. */
export async function listen(address: string, claim: () => Claim): Promise<Server | undefined> {
  const server = createServer((caller) => {
    caller.on("error", () => caller.destroy());
    caller.end(JSON.stringify(claim()));
  });
  try {
    server.listen(address);
    await once(server, "listening");
  } catch (error) {
    if (codeOf(error) === "EADDRINUSE") return undefined;
    if (codeOf(error) !== "EINVAL" && codeOf(error) !== "ENAMETOOLONG") throw error;
    throw new StartUpError(`The path ${address} is too long for a socket. Set DEMO_DATA_DIR to a shorter one.`, {
      cause: error,
    });
  }
  // Whoever waits for nothing but the lock may leave.
  return server.unref();
}

/** What the process that listens there says; undefined where none does. One that is silent may well have the folder. */
export async function ask(address: string): Promise<Claim | undefined> {
  const caller = connect(address);
  caller.setEncoding("utf8").setTimeout(ANSWER_WITHIN_MS, () => caller.destroy(new Error("no answer")));
  let answer = "";
  try {
    for await (const text of caller) answer += text;
  } catch (error) {
    const nobody = ["ECONNREFUSED", "ENOENT", "ECONNRESET"].includes(String(codeOf(error)));
    return nobody ? undefined : { held: true, pid: "unknown, it does not answer" };
  }
  return answer === "" ? undefined : readClaim(answer);
}

export function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function readClaim(answer: string): Claim {
  const claim: unknown = JSON.parse(answer);
  if (typeof claim === "object" && claim !== null && "held" in claim && "pid" in claim) {
    return { held: claim.held === true, pid: String(claim.pid) };
  }
  throw new Error(`a lock's socket says ${answer}`);
}
