import type { JsonBuffer } from "./json-buffer.js";
import { JsonLayout } from "./json-layout.js";

const LARGEST_BYTES = 2048;
const MOST_LAYOUTS = 8;
/** Learning takes as long as reading a small text some twenty times. */
const RELEARN_AFTER_MISSES = 512;

/** The layouts of the JSON texts of late: a service has a few routes and a few kinds of client. */
export class JsonLayouts {
  /** Roughly the last used first: whichever fits moves up by one. */
  readonly #layouts: JsonLayout[] = [];
  #misses = 0;

  /** The canonical form of the text in the buffer if it is laid out like one of late; else `undefined`. */
  apply(buffer: JsonBuffer, text: Uint8Array): Uint8Array | undefined {
    const layouts = this.#layouts;
    let above: JsonLayout | undefined;
    for (let index = 0; index < layouts.length; index++) {
      const layout = layouts[index];
      const canonical = layout?.apply(buffer, text);
      if (layout !== undefined && canonical !== undefined) {
        if (above !== undefined) {
          layouts[index - 1] = layout;
          layouts[index] = above;
        }
        return canonical;
      }
      above = layout;
    }
    this.#misses++;
    return undefined;
  }

  /** Whether it is time to learn how a text is laid out. */
  wants(text: Uint8Array): boolean {
    if (text.length > LARGEST_BYTES) return false;
    return this.#misses >= RELEARN_AFTER_MISSES || this.#layouts.length < MOST_LAYOUTS;
  }

  /** Learns how a text is laid out; the arguments are those of {@link JsonLayout.of}. */
  learn(...of: Parameters<typeof JsonLayout.of>): void {
    this.#misses = 0;
    const layout = JsonLayout.of(...of);
    if (layout === undefined) return;
    if (this.#layouts.length === MOST_LAYOUTS) this.#layouts.pop();
    this.#layouts.push(layout);
  }
}
