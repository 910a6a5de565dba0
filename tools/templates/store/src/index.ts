export { AcmeStore, type AcmeStoreOptions, capabilities } from "./acme-store.js";
export type { AcmeClient } from "./client.js";
