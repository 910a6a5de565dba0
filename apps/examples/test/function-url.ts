// What AWS does between a request and a function: payload 2.0, of function URLs and HTTP APIs.
import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2 } from "aws-lambda";

export async function eventOf(path: string, init: RequestInit): Promise<APIGatewayProxyEventV2> {
  const request = new Request(new URL(path, "https://url-id.lambda-url.eu-central-1.on.aws"), init);
  const { pathname, search, hostname } = new URL(request.url);
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers: Object.fromEntries(request.headers),
    requestContext: {
      ...{ accountId: "anonymous", apiId: "url-id", routeKey: "$default", stage: "$default", requestId: "test" },
      ...{
        domainName: hostname,
        domainPrefix: "url-id",
        time: "22/Nov/2026:00:00:00 +0000",
        timeEpoch: 1_795_305_600_000,
      },
      http: { method: request.method, path: pathname, protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "test" },
    },
    body: await request.text(),
    isBase64Encoded: false,
  };
}

export function responseOf(result: APIGatewayProxyResultV2): Response {
  if (typeof result === "string") return new Response(result);
  const { statusCode = 200, headers = {}, body = null } = result;
  const named = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  return new Response(body, { status: statusCode, headers: named });
}
