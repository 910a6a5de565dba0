import type { Results } from "./results.js";

export function writeDocuments(_results: Results): void {}
