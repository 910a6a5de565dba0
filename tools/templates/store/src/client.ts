/**
 * What the store needs of an Acme client, written out, so that this package needs no driver to be installed.
 *
 * Make it as narrow as the calls that the store makes, and prove in a type test that each supported driver fits: a looser
 * type would accept a driver that then misreads its arguments.
 */
export interface AcmeClient {
  /** Runs one command on the server, atomically. */
  send(command: string, values: readonly (string | number | Uint8Array)[]): Promise<unknown>;
}
