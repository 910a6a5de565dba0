// Outlives the process that started a server, just long enough to stop that server and delete its folder.
//
//   node reaper-process.mjs <folder>        standard input: one line a change, the server's process id, or 0 for none
//
// Its standard input ends when its parent is gone, however it went: returned, threw, Ctrl-C or kill -9. Exit hooks in
// the parent would miss the last one, and would have to fight the test runner's own signal handlers for the others.
import { rmSync } from "node:fs";

const folder = process.argv[2];
let pid = 0;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});

process.stdin.setEncoding("utf8");
process.stdin.on("data", (text) => {
  pid = Number(text.trim().split("\n").at(-1));
});
process.stdin.on("end", async () => {
  if (pid !== 0) await quit();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

// Postgres answers SIGQUIT by ending all its processes without a checkpoint, which is all that a doomed folder needs.
async function quit() {
  if (!signal("SIGQUIT")) return;
  const deadline = Date.now() + 5_000;
  while (signal(0)) {
    if (Date.now() > deadline) return void signal("SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function signal(name) {
  try {
    return process.kill(pid, name);
  } catch {
    return false; // it has ended already
  }
}
