/**
 * What the store asks of a client: the one method of `DynamoDBClient` of `@aws-sdk/client-dynamodb` 3, which `DynamoDB`
 * and `DynamoDBDocumentClient` have too. The commands that it is given are those of the SDK.
 */
export interface DynamoDBStoreClient {
  send(command: DynamoDBCommand): Promise<unknown>;
}

/** A command of DynamoDB, as far as it tells it from commands of other services. */
export interface DynamoDBCommand {
  readonly input:
    | { readonly TableName: string | undefined }
    | { readonly TransactItems: readonly unknown[] | undefined };
}

/** A property of what a client answered or threw; `undefined` where there is none. */
export function propertyOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
