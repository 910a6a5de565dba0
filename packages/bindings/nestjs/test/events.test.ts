import { request } from "node:http";
import { Controller, type ExecutionContext, Post, Sse, UseGuards } from "@nestjs/common";
import { MemoryStore } from "@oncekey/core";
import { concat, defer, NEVER, Observable, of, throwError } from "rxjs";
import { describe, expect, it } from "vitest";
import { Idempotent } from "../src/index.js";
import { latch, post, start, until } from "./app.js";
import { platforms } from "./platforms.js";

let runs = 0;
let open = 0;

/** Two events, and then none for as long as somebody listens. */
function ticking(): Observable<{ data: string }> {
  const watched = new Observable<{ data: string }>((listener) => {
    runs += 1;
    open += 1;
    const subscription = concat(of({ data: "in-progress" }, { data: "approved" }), NEVER).subscribe(listener);
    return () => {
      open -= 1;
      subscription.unsubscribe();
    };
  });
  return defer(() => watched);
}

@Controller()
@Idempotent()
class Events {
  @Post("events")
  @Sse("events")
  events() {
    return ticking();
  }

  @Post("fails-once")
  @Sse("fails-once")
  @UseGuards({
    canActivate: (context: ExecutionContext) => context.switchToHttp().getRequest().headers["x-no"] !== "1",
  })
  failsOnce() {
    runs += 1;
    return runs === 1 ? throwError(() => new Error("the vendor is away")) : of({ data: "done" });
  }

  @Sse("unprotected")
  unprotected() {
    return ticking();
  }
}

/** Asks for events, and reads on as they come. */
function listen(url: string, method: string, path: string) {
  const asked = request(`${url}${path}`, {
    method,
    agent: false,
    headers: { "content-type": "application/json", "idempotency-key": `key-of-${path.slice(1)}` },
  });
  let text = "";
  let status: number | undefined;
  asked.on("error", () => {});
  asked.once("response", (response) => {
    status = response.statusCode;
    response.setEncoding("utf8").on("error", () => {});
    response.on("data", (chunk: string) => {
      text += chunk;
    });
  });
  asked.end(method === "POST" ? '{"amount":1}' : undefined);
  return { text: () => text, status: () => status, hangUp: () => asked.destroy() };
}

for (const platform of platforms) {
  describe(`@Sse() on ${platform}`, () => {
    it("sends events as they come, is not run again, and hears that its client has gone", async () => {
      runs = 0;
      await using app = await start(platform, Events);
      const plain = listen(app.url, "GET", "/unprotected");
      await until(() => plain.text().includes("approved"));
      plain.hangUp();
      await until(() => open === 0);
      const answer = listen(app.url, "POST", "/events");
      await until(() => answer.text().includes("approved"));
      expect(answer.text()).toBe(plain.text());
      expect(open).toBe(1);
      const retry = await post(app, "/events");
      expect([retry.status, JSON.parse(retry.body).originalStatus]).toEqual([409, answer.status()]);
      answer.hangUp();
      await until(() => open === 0);
      expect(runs).toBe(2);
    });

    it("frees the key where the handler fails before its first event, and leaves refusals to guards", async () => {
      runs = 0;
      await using app = await start(platform, Events);
      const refused = await post(app, "/fails-once", { headers: { "x-no": "1" } });
      expect([refused.status, runs]).toEqual([403, 0]);
      // Older versions tell it by an event, newer ones by the filters.
      await post(app, "/fails-once");
      expect(await post(app, "/fails-once")).toMatchObject({ replayed: null, body: expect.stringContaining("done") });
      expect([(await post(app, "/fails-once")).status, runs]).toEqual([409, 2]);
    });

    it("frees the key where the client has gone before the handler could run", async () => {
      runs = 0;
      const claimed = latch();
      const gone = latch();
      const store = new MemoryStore();
      const create = store.create.bind(store);
      store.create = async (...claim) => {
        claimed.open();
        await gone.opened;
        return create(...claim);
      };
      await using app = await start(platform, Events, { store });
      const closed = new Promise((resolve) => {
        app.nest.getHttpServer().once("connection", (socket: NodeJS.EventEmitter) => socket.once("close", resolve));
      });
      const answer = listen(app.url, "POST", "/events");
      await claimed.opened;
      answer.hangUp();
      await closed;
      gone.open();
      let retry = listen(app.url, "POST", "/events");
      await until(() => {
        if (retry.status() === 409) retry = listen(app.url, "POST", "/events");
        return retry.text().includes("approved");
      });
      expect(open).toBe(1);
      retry.hangUp();
      await until(() => open === 0);
    });
  });
}
