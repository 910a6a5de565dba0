import { createServer, type Server } from "node:http";

/** What is answered to everybody. */
export const answer = JSON.stringify({ id: "ch_1", status: "succeeded" });

/** A server that answers as soon as it has read the request. */
export async function answering(): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(201, { "content-type": "application/json", "content-length": answer.length }).end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return { url: `http://127.0.0.1:${address.port}/charges`, server };
}
