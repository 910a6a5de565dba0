import { caseLine } from "../report.js";
import type { CheckOptions } from "../run-suite.js";
import { type Output, painter } from "./terminal.js";

/** Tells how far a run has come. */
export interface Progress extends Required<Pick<CheckOptions, "onStart" | "onResult">> {
  /** Leaves the output as a report may follow. */
  end(): void;
}

/** One line that is written over in a terminal; elsewhere a line for each case, unless it is to be silent there. */
export function progressOn(output: Output, total: number, silentElsewhere: boolean): Progress {
  if (output.isTTY === true) return liveLine(output, total);
  return {
    onStart: () => {},
    onResult: (result) => void (silentElsewhere || output.write(`${caseLine(result)}\n`)),
    end: () => {},
  };
}

const ERASE = "\r\u001b[2K";

function liveLine(output: Output, total: number): Progress {
  const paint = painter(output);
  let [done, failed] = [0, 0];
  return {
    onStart: ({ id, title }) => {
      const counts = `${String(done + 1).padStart(String(total).length)}/${total}`;
      const failures = failed > 0 ? ` ${failed} failed` : "";
      const room = (output.columns ?? 80) - counts.length - failures.length - 2;
      const text = `${id} ${title}`;
      const fitting = text.length > room ? `${text.slice(0, Math.max(0, room - 1))}…` : text;
      output.write(`${ERASE}${paint("cyan", counts)}${paint("red", failures)} ${paint("dim", fitting)}`);
    },
    onResult: ({ status }) => {
      done += 1;
      if (status === "failed") failed += 1;
    },
    end: () => void output.write(ERASE),
  };
}
