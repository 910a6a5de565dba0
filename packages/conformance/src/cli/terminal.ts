import { styleText } from "node:util";

/** Where the command writes. Node's standard streams are two of them. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** Whether the terminal shows colours; Node's answer heeds NO_COLOR and FORCE_COLOR. */
  hasColors?(): boolean;
}

export type Style = "bold" | "dim" | "green" | "red" | "yellow" | "cyan";

/** Paints text where the output shows colours. */
export type Paint = (style: Style, text: string) => string;

export function painter(output: Output): Paint {
  // Judged here, for this output; Node itself would look at another one.
  const colours = output.isTTY === true && output.hasColors?.() === true;
  return (style, text) => (colours && text !== "" ? styleText(style, text, { validateStream: false }) : text);
}
