import { once } from "node:events";
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import type { Finding } from "../../lib/report.js";
import { TEXT } from "../../platforms/coded.js";

/** Asks twice for each answer that is coded already, and reads the same text both times. */
export async function codedFindings(platform: string, url: string): Promise<Finding> {
  const other = createServer((_request, response) => {
    response.writeHead(200, { "content-encoding": "gzip", "content-type": "text/plain" }).end(gzipSync(TEXT));
  }).listen(0, "127.0.0.1");
  await once(other, "listening");
  try {
    const address = other.address();
    const from = typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}/` : "";
    const paths = ["coded", `proxied?from=${encodeURIComponent(from)}`];
    const problems = await Promise.all(paths.map((path) => problemsOf(new URL(path, url))));
    return {
      subject: `${platform}, answers that are coded already (${paths.length} cases)`,
      problems: problems.flat(),
    };
  } finally {
    other.closeAllConnections();
    other.close();
  }
}

async function problemsOf(url: URL): Promise<string[]> {
  const problems: string[] = [];
  for (const replayed of [null, "true"]) {
    const response = await fetch(url, { method: "POST", headers: { "idempotency-key": url.pathname } });
    const text = await response.text().catch(String);
    const mark = response.headers.get("idempotent-replayed");
    const said = text === TEXT ? "the text" : JSON.stringify(text.slice(0, 80));
    if (text !== TEXT || mark !== replayed || response.status !== 200) {
      problems.push(`${url.pathname}: ${response.status}, replayed ${mark} (expected ${replayed}): ${said}`);
    }
  }
  return problems;
}
