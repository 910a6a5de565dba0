import { cpus, loadavg } from "node:os";

/** What this runs on, as a sentence. */
export function machine(): string {
  const [processor] = cpus();
  const load = loadavg()[0]?.toFixed(1);
  return `Node ${process.versions.node}, ${cpus().length} × ${processor?.model.trim() ?? "unknown processor"}, load ${load}.`;
}
