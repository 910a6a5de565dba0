import { crc32 } from "node:zlib";

/*
 * One entry is a line break, the CRC-32 of the text in hexadecimal, a space, the text, a line break. It begins with a line
 * break of its own, so that what a crash left half-written ends there instead of swallowing the next entry.
 */

export function encodeLine(text: string): string {
  return `\n${checksum(text)} ${text}\n`;
}

/** The text of a line; `undefined` for one that is empty, torn or damaged. */
export function decodeLine(line: string): string | undefined {
  const text = line.slice(9);
  return line.charAt(8) === " " && line.slice(0, 8) === checksum(text) ? text : undefined;
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, "0");
}
