import type { Tally } from "./tally.js";

/** Shows how far a storm is. */
export interface Progress {
  update(tally: Tally): void;
  end(): void;
}

const WIDTH = 30;
const REDRAW_EVERY_MS = 80;

/** A bar that is drawn over itself on a terminal; elsewhere a line for each tenth. */
export function createProgress(operations: number, out: NodeJS.WriteStream): Progress {
  return out.isTTY ? bar(operations, out) : lines(operations, out);
}

function bar(operations: number, out: NodeJS.WriteStream): Progress {
  let drawnAt = 0;
  const draw = (tally: Tally) => {
    const filled = Math.round((tally.done / operations) * WIDTH);
    const shape = "█".repeat(filled) + "░".repeat(WIDTH - filled);
    out.write(`\r\u001b[K${shape} ${describe(tally, operations)}`.slice(0, out.columns + 4));
  };
  return {
    update(tally) {
      const now = performance.now();
      if (now - drawnAt < REDRAW_EVERY_MS && tally.done < operations) return;
      drawnAt = now;
      draw(tally);
    },
    end: () => out.write("\r\u001b[K"),
  };
}

function lines(operations: number, out: NodeJS.WriteStream): Progress {
  let told = 0;
  return {
    update(tally) {
      const tenths = Math.floor((10 * tally.done) / operations);
      if (tenths === told) return;
      told = tenths;
      out.write(`${describe(tally, operations)}\n`);
    },
    end() {},
  };
}

function describe({ done, requests, replays, conflicts, lost }: Tally, operations: number): string {
  const total = String(operations);
  return (
    `${String(done).padStart(total.length)}/${total} operations  ` +
    `${requests} requests  ${replays} replays  ${conflicts} told to wait  ${lost} lost`
  );
}
