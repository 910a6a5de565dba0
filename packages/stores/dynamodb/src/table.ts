import type { CreateTableCommandInput, TimeToLiveSpecification } from "@aws-sdk/client-dynamodb";
import { type TableOptions, tableNames } from "./names.js";
import { checkOptionNames } from "./options.js";

/** The table as data, for those who make it with a tool of their own. */
export interface TableDefinition {
  /** The input of `CreateTableCommand`. */
  readonly table: Pick<CreateTableCommandInput, "TableName" | "AttributeDefinitions" | "KeySchema" | "BillingMode">;
  /** What `UpdateTimeToLiveCommand` is to be given, with the table's name. */
  readonly timeToLive: TimeToLiveSpecification;
}

/** The table that {@link createTable} makes: one string as its key, billed by request, expired items deleted. */
export function tableDefinition(options: TableOptions = {}): TableDefinition {
  checkOptionNames("tableDefinition", options);
  const { table, attributes } = tableNames("tableDefinition", options);
  return {
    table: {
      TableName: table,
      AttributeDefinitions: [{ AttributeName: attributes.id, AttributeType: "S" }],
      KeySchema: [{ AttributeName: attributes.id, KeyType: "HASH" }],
      BillingMode: "PAY_PER_REQUEST",
    },
    timeToLive: { AttributeName: attributes.ttl, Enabled: true },
  };
}
