export { fingerprint } from "./fingerprint.js";
export { jsonBody } from "./json-body.js";
export type {
  Fingerprint,
  FingerprintKind,
  FingerprintOptions,
  ParsedBody,
  RequestDescription,
  Secret,
} from "./types.js";
