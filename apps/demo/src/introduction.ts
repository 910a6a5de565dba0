import { randomBytes } from "node:crypto";
import type { Demo } from "./demo.js";

/** What a start prints: commands that work as they stand, and that it is ready as the last line. */
export function introduction({ url, storage }: Demo): string {
  const name = randomBytes(3).toString("hex");
  const create = (key: string, person: string, ...headers: string[]) =>
    [
      `  curl -i ${url}/v3/session -H 'x-api-key: demo-acme' -H 'idempotency-key: ${key}' \\`,
      ...headers.map((header) => `    -H '${header}' \\`),
      `    -H 'content-type: application/json' -d '{"workflow_id":"kyc","vendor_data":"${person}"}'`,
    ].join("\n");
  return `
Create a session. Send it again, as often as you like: it is billed once, and every answer is the first one.

${create(`try-${name}`, `person-${name}`)}

Crash the server after the vendor billed and before anything was stored. Send it again when the server is back: for
5 seconds it is told to wait, then the attempt is taken over, and the check is not billed a second time.

${create(`crash-${name}`, `crash-${name}`, "x-demo-fault: crash-after-billing")}

  Other faults: x-demo-fault: lose-response | error-500, and x-demo-latency-ms: 8000

What was billed, one entry a check:

  curl ${url}/v3/ledger -H 'x-api-key: demo-acme'

A thousand operations through all of it, in another terminal:  npm run demo:storm
The data is in ${storage}.

Ready. Open ${url} to watch it happen.`;
}
