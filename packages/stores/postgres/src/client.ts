/**
 * What the store asks of a database client: the part that node-postgres (`Pool`, `Client`, a pool's client), PGlite and
 * a PGlite transaction have in common. It is written out here so that the package depends on none of them.
 */
export interface PostgresClient {
  query(text: string, values: unknown[]): Promise<Rows>;
}

/** A client that can keep a statement prepared under a name, as node-postgres does. Only for the option `prepare`. */
export interface PreparingClient extends PostgresClient {
  query(text: string, values: unknown[]): Promise<Rows>;
  query(statement: NamedStatement): Promise<Rows>;
}

/** A statement with the name under which a connection may keep it. */
export interface NamedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/** Each row is an object with a property for each column. */
export interface Rows {
  readonly rows: readonly unknown[];
}

/** Whether this is node-postgres, or made like it: PGlite, and a bare object with `query`, have no `connect`. */
export function keepsStatements(client: object): boolean {
  return "connect" in client && typeof client.connect === "function" && "on" in client;
}
