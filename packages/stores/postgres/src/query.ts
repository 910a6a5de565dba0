import type { NamedStatement, PreparingClient, Rows } from "./client.js";

/** Sends a statement; one without a name is not kept. */
export type Deliver = (statement: NamedStatement) => Promise<Rows>;

/**
 * The part of node-postgres's `Connection` that a query of one's own works with; those of pg-cursor and pg-query-stream
 * work with the same.
 */
interface Connection {
  /** Where it is no socket of Node's it may have no cork. */
  readonly stream: { cork?: () => void; uncork?: () => void };
  /** The texts of the statements that this session has, by name. The driver keeps it. */
  readonly parsedStatements: Readonly<Record<string, unknown>>;
  parse(statement: { readonly name: string; readonly text: string }): void;
  bind(portal: { readonly statement: string; readonly values: readonly unknown[] }): void;
  execute(portal?: undefined): void;
  sync(): void;
}

type Callback = (error: unknown, result?: Rows) => void;

/**
 * A statement that node-postgres lets send itself, and whose rows are one text each.
 *
 * The driver asks with every statement what its columns are, and makes a result and rows of that; the answers of the
 * store's statements are always alike. Not asking saves the client a quarter to a third of its processor time for a
 * statement, and the server a twentieth to a fifth of its.
 *
 * To whoever stands between it is a statement like others: a wrapper that copies `name`, `text` and `values` into an
 * object of its own sends the ordinary statement, and gets the same rows.
 */
class OwnQuery implements NamedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
  /** Where the driver looks for it: it puts its limit of time around it. */
  callback: Callback | undefined;
  readonly rows: { answer: unknown }[] = [];

  constructor({ name, text, values }: NamedStatement) {
    this.name = name;
    this.text = text;
    this.values = values;
  }

  /** Called by the driver when it is this query's turn on a connection. An error that is returned is the query's. */
  submit(connection: unknown): Error | null {
    if (!isConnection(connection)) return new UnknownDriver();
    const { name, text } = this;
    // One packet instead of four.
    connection.stream.cork?.();
    try {
      if (name === "" || connection.parsedStatements[name] === undefined) connection.parse({ name, text });
      connection.bind({ statement: name, values: this.values.map(wireValue) });
      connection.execute();
      connection.sync();
    } finally {
      connection.stream.uncork?.();
    }
    return null;
  }

  handleDataRow({ fields }: { readonly fields: readonly unknown[] }): void {
    this.rows.push({ answer: fields[0] });
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.callback?.(undefined, { rows: this.rows });
  }

  handleError(error: unknown): void {
    this.callback?.(error);
  }
}

/** What a query ends with that a driver hands something unknown. Nothing was sent. */
class UnknownDriver extends Error {
  override readonly name = "UnknownDriver";
  constructor() {
    super("the client is like node-postgres, but its connection is not");
  }
}

/** The best way that a client has to send a statement. Each is one round trip. */
export function delivery(client: PreparingClient): Deliver {
  const ordinary: Deliver = (statement) => {
    return statement.name === "" ? client.query(statement.text, statement.values) : client.query(statement);
  };
  const own = ownDelivery(client);
  if (own === undefined) return ordinary;
  let known: boolean | undefined;
  return (statement) => {
    if (known === false) return ordinary(statement);
    const sent = own(new OwnQuery(statement));
    if (known) return sent;
    return sent.then(
      (rows) => {
        known = true;
        return rows;
      },
      (error: unknown) => {
        if (!(error instanceof UnknownDriver)) throw error;
        known = false;
        return ordinary(statement);
      },
    );
  };
}

function ownDelivery(client: PreparingClient): ((query: OwnQuery) => Promise<Rows>) | undefined {
  if (isPool(client)) {
    const pipeline = "options" in client && hasPipeline(client.options);
    // Who has put a function of their own in the place of `query` wants to be asked.
    const wrapped = Object.hasOwn(client, "query");
    return takesQueries(client.Client) && !pipeline && !wrapped ? (query) => throughPool(client, query) : undefined;
  }
  return takesQueries(client.constructor) && !hasPipeline(client) ? (query) => throughClient(client, query) : undefined;
}

function throughClient(client: PreparingClient, query: OwnQuery): Promise<Rows> {
  return new Promise((resolve, reject) => {
    ask(client, query, (error, result) => (result === undefined ? reject(error) : resolve(result)));
  });
}

/** What the pool's own `query` does, which older versions cannot do with such a query. */
function throughPool(pool: QueryPool, query: OwnQuery): Promise<Rows> {
  return new Promise((resolve, reject) => {
    const begin = (client: PoolConnection) => {
      // A connection that is lost is told of here too, and unheard that would end the process.
      const end = once((error, result) => {
        client.removeListener("error", end);
        client.release(result === undefined);
        if (result === undefined) reject(error);
        else resolve(result);
      });
      client.once("error", end);
      ask(client, query, end);
    };
    // With a callback, a pool answers with nothing; what has been put in its place may answer with a promise.
    const connected = pool.connect((error, client) => (client === undefined ? reject(error) : begin(client)));
    if (connected instanceof Promise) connected.then((client) => client && begin(client), reject);
  });
}

/** Hears what comes first; a connection that is lost fails its query as well. */
function once(callback: Callback): Callback {
  let called = false;
  return (error, result) => {
    if (called) return;
    called = true;
    callback(error, result);
  };
}

function ask(client: PreparingClient, query: OwnQuery, end: Callback): void {
  query.callback = end;
  try {
    // It answers with the query. What a wrapper answers with may be a promise.
    const sent: unknown = client.query(query);
    if (sent instanceof Promise) sent.then((rows) => end(undefined, rows), end);
  } catch (error) {
    end(error);
  }
}

interface QueryPool extends PreparingClient {
  readonly Client: unknown;
  connect(callback: (error: unknown, client?: PoolConnection) => void): undefined | Promise<PoolConnection | undefined>;
}

interface PoolConnection extends PreparingClient {
  once(event: "error", listener: Callback): unknown;
  removeListener(event: "error", listener: Callback): unknown;
  /** `true` closes the connection, as the pool's own `query` does after every error. */
  release(close: boolean): void;
}

function isPool(client: PreparingClient): client is QueryPool {
  return "Client" in client && "connect" in client && typeof client.connect === "function";
}

/** Whether this class of clients is node-postgres's own, where the queries speak the protocol: not that of pg-native. */
function takesQueries(clients: unknown): boolean {
  if (typeof clients !== "function" || !("Query" in clients)) return false;
  const { Query } = clients;
  if (typeof Query !== "function") return false;
  const { prototype } = Query;
  return typeof prototype === "object" && prototype !== null && "submit" in prototype && "handleDataRow" in prototype;
}

/** In pipeline mode the driver takes its own queries only. */
function hasPipeline(options: unknown): boolean {
  return typeof options === "object" && options !== null && "pipeline" in options && options.pipeline === true;
}

function isConnection(value: unknown): value is Connection {
  if (typeof value !== "object" || value === null) return false;
  if (!("stream" in value && "parsedStatements" in value)) return false;
  const steps = ["parse", "bind", "execute", "sync"];
  return steps.every((step) => typeof Reflect.get(value, step) === "function");
}

/** As the driver writes it on the wire: text, bytes as they are, or nothing. */
function wireValue(value: unknown): string | Buffer | null {
  if (value === null) return null;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return String(value);
}
