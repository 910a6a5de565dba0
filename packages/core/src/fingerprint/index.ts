export { fingerprint } from "./fingerprint.js";
export { jsonBody } from "./json-body.js";
export { comparesBytes } from "./media-type.js";
export type {
  DigestedBody,
  Fingerprint,
  FingerprintKind,
  FingerprintOptions,
  ParsedBody,
  RequestDescription,
  Secret,
} from "./types.js";
