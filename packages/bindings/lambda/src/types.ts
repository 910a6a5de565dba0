/** Header values by name, as Lambda events and results have them. */
type Fields<Value> = Readonly<Record<string, Value | undefined>> | null | undefined;

/**
 * An HTTP event, as far as it is looked at: of a REST API or an HTTP API with payload format 1.0, of an HTTP API or a
 * function URL with format 2.0, or of an Application Load Balancer. The types of `@types/aws-lambda` fit.
 */
export interface HttpEvent {
  readonly version?: string;
  readonly httpMethod?: string;
  readonly path?: string;
  readonly rawPath?: string;
  readonly rawQueryString?: string;
  readonly headers?: Fields<string>;
  readonly multiValueHeaders?: Fields<readonly string[]>;
  readonly queryStringParameters?: Fields<string>;
  readonly multiValueQueryStringParameters?: Fields<readonly string[]>;
  readonly requestContext?: object;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
}

/** What is asked of the context of an invocation; where it cannot tell the time that is left, the options alone count. */
export interface InvocationContext {
  readonly getRemainingTimeInMillis?: () => number;
}

/** A result that stands for an HTTP response, as every format takes it. */
export interface HttpResult {
  statusCode: number;
  headers?: Record<string, string>;
  multiValueHeaders?: Record<string, string[]>;
  cookies?: string[];
  body: string;
  isBase64Encoded: boolean;
}

/** An invocation, as the functions of the options are given it. */
export interface Invocation<Event, Context = InvocationContext> {
  readonly event: Event;
  readonly context: Context;
}
