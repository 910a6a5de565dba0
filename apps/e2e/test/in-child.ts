import type { ChildMessage, ParentMessage, Point } from "./messages.js";

const waiting = new Map<number, () => void>();
let asks = 0;

/** Says something to the process that started this one. */
export function tell(message: ChildMessage): void {
  process.send?.(message);
}

/** Tells that an operation has come to a point, and waits there until it may go on. */
export function at(operation: string, point: Point): Promise<void> {
  asks += 1;
  const ask = asks;
  return new Promise((resolve) => {
    waiting.set(ask, resolve);
    tell({ type: "at", ask, operation, point });
  });
}

/** Listens to the process that started this one, and ends with it. */
export function listen(onGo: (operations: readonly string[]) => void): void {
  process.on("disconnect", () => process.exit());
  process.on("message", (message: ParentMessage) => {
    if (message.type === "go") return onGo(message.operations);
    waiting.get(message.ask)?.();
    waiting.delete(message.ask);
  });
}

/** What this process was started with. */
export function orders<Orders>(): Orders {
  return JSON.parse(process.argv[2] ?? "");
}
