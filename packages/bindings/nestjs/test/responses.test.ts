import { Readable } from "node:stream";
import {
  type ArgumentsHost,
  type CallHandler,
  Catch,
  ConflictException,
  Controller,
  type ExceptionFilter,
  Header,
  HttpCode,
  type NestInterceptor,
  Post,
  Redirect,
  Res,
  StreamableFile,
  UseFilters,
  UseInterceptors,
} from "@nestjs/common";
import { MemoryStore, NotExecutedError } from "@oncekey/core";
import { from, map, type Observable, of } from "rxjs";
import { describe, expect, it } from "vitest";
import { Attempt, type HttpAttempt, Idempotent } from "../src/index.js";
import { latch, post, postTwice, start, until } from "./app.js";
import { platforms } from "./platforms.js";

/** Puts what it is given into an envelope. */
class Envelope implements NestInterceptor {
  readonly #name: string;
  constructor(name: string) {
    this.#name = name;
  }
  intercept(_context: unknown, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((value: unknown) => ({ [this.#name]: value })));
  }
}

/** Answers errors in a form of its own, on both platforms. */
@Catch()
class Plain implements ExceptionFilter {
  static calls = 0;
  catch(error: Error, host: ArgumentsHost): void {
    Plain.calls += 1;
    const response = host.switchToHttp().getResponse();
    response.status(error instanceof ConflictException ? 409 : 500).send({ plainly: error.message });
  }
}

let runs = 0;
let failures = 0;

@Controller()
@Idempotent({ storedHeaders: ["x-own"] })
class Answers {
  @Post("value")
  value() {
    runs += 1;
    return { runs };
  }

  @Post("code")
  @HttpCode(202)
  @Header("x-own", "kept")
  @Header("cache-control", "no-cache")
  code() {
    return "accepted";
  }

  @Post("nothing")
  @HttpCode(204)
  nothing() {}

  @Post("elsewhere")
  @Redirect("/value", 303)
  elsewhere() {}

  @Post("platform")
  platform(@Res() response: { status(code: number): { send(body: string): void } }) {
    response.status(418).send("by the platform");
  }

  @Post("later")
  later(@Res() response: { status(code: number): { send(body: object): void } }) {
    setImmediate(() => response.status(201).send({ later: true }));
  }

  @Post("observable")
  observable() {
    return of({ last: false }, { last: true });
  }

  @Post("file")
  file() {
    return new StreamableFile(Readable.from([Buffer.from("a "), Buffer.from("file")]), {
      type: "text/plain",
      disposition: 'attachment; filename="a.txt"',
    });
  }

  @Post("enveloped")
  @UseInterceptors(new Envelope("inner"))
  enveloped() {
    runs += 1;
    return runs;
  }

  @Post("refused")
  @UseFilters(Plain)
  refused() {
    throw new ConflictException("the account is closed");
  }

  @Post("fails")
  fails() {
    failures += 1;
    if (failures % 2 === 1) throw new Error("the vendor is away");
    return "done";
  }

  @Post("nothing-done")
  @Idempotent({ policy: "at-most-once" })
  @UseFilters(Plain)
  async nothingDone() {
    failures += 1;
    if (failures % 2 === 1) throw new NotExecutedError("the vendor refused the connection");
    return "done";
  }

  @Post("final")
  @Idempotent({ policy: "at-most-once" })
  async final() {
    failures += 1;
    throw new Error("the vendor is away");
  }
}

for (const platform of platforms) {
  describe(`answers on ${platform}`, () => {
    it("of every way to give one are stored", async () => {
      await using app = await start(platform, Answers);
      runs = 0;
      expect(JSON.parse((await postTwice(app, "/value")).body)).toEqual({ runs: 1 });
      const code = await postTwice(app, "/code");
      expect([code.status, code.body, code.headers.get("x-own")]).toEqual([202, "accepted", "kept"]);
      expect(await postTwice(app, "/nothing")).toMatchObject({ status: 204, body: "" });
      const redirect = await postTwice(app, "/elsewhere");
      expect([redirect.status, redirect.headers.get("location")]).toEqual([303, "/value"]);
      expect(await postTwice(app, "/platform")).toMatchObject({ status: 418, body: "by the platform" });
      expect(await postTwice(app, "/later")).toMatchObject({ status: 201, body: '{"later":true}' });
      expect(await postTwice(app, "/observable")).toMatchObject({ status: 201, body: '{"last":true}' });
      const file = await postTwice(app, "/file");
      expect([file.body, file.headers.get("content-type")]).toEqual(["a file", "text/plain"]);
      expect(file.headers.get("content-disposition")).toBe('attachment; filename="a.txt"');
    });

    it("are what all interceptors make of them, and no interceptor sees a replay", async () => {
      await using app = await start(platform, Answers, {
        before: (nest) => nest.useGlobalInterceptors(new Envelope("outer")),
      });
      runs = 0;
      expect(JSON.parse((await postTwice(app, "/enveloped")).body)).toEqual({ outer: { inner: 1 } });
    });

    it("are what the filters make of errors, and no filter sees a replay", async () => {
      await using app = await start(platform, Answers);
      Plain.calls = 0;
      const refused = await postTwice(app, "/refused");
      expect([refused.status, JSON.parse(refused.body)]).toEqual([409, { plainly: "the account is closed" }]);
      expect(Plain.calls).toBe(1);
    });

    it("that say that the handler failed free the key, or are final, by the policy", async () => {
      await using app = await start(platform, Answers);
      failures = 0;
      expect(await post(app, "/fails")).toMatchObject({ status: 500, replayed: null });
      expect(await post(app, "/fails")).toMatchObject({ status: 201, body: "done", replayed: null });
      failures = 0;
      expect(await postTwice(app, "/final")).toMatchObject({ status: 500 });
      expect(failures).toBe(1);
    });

    it("of a filter to NotExecutedError free the key whatever the policy", async () => {
      await using app = await start(platform, Answers);
      failures = 0;
      expect(await post(app, "/nothing-done")).toMatchObject({ status: 500, replayed: null });
      expect(await postTwice(app, "/nothing-done")).toMatchObject({ status: 201, body: "done" });
    });

    it("of ours do not bear the handler's own headers, and those of middleware", async () => {
      await using app = await start(platform, Answers, {
        before: (nest) => {
          nest.use(
            (_request: unknown, response: { setHeader(name: string, value: string): void }, next: () => void) => {
              response.setHeader("x-request-id", "fresh");
              next();
            },
          );
        },
      });
      await post(app, "/code");
      const { status, headers } = await post(app, "/code", { body: '{"amount":2}' });
      expect([status, headers.get("x-own"), headers.get("x-request-id")]).toEqual([422, null, "fresh"]);
      expect(headers.get("cache-control")).toBe("no-store");
    });

    it("of another attempt are given, when this one was overtaken", async () => {
      const gate = latch();
      let nowMs = 0;
      let begun = 0;
      @Controller()
      class Slow {
        @Post("slow")
        @Idempotent()
        async slow(@Attempt() attempt: HttpAttempt) {
          begun += 1;
          const mine = begun;
          if (mine === 1) await gate.opened;
          return { run: mine, attempt: attempt.number };
        }
      }
      await using app = await start(platform, Slow, { store: new MemoryStore({ nowMs: () => nowMs }) });
      const first = post(app, "/slow");
      await until(() => begun === 1);
      // By the store's clock the first attempt's lease is over.
      nowMs += 61_000;
      expect(JSON.parse((await post(app, "/slow")).body)).toEqual({ run: 2, attempt: 2 });
      gate.open();
      const overtaken = await first;
      expect([JSON.parse(overtaken.body), overtaken.replayed]).toEqual([{ run: 2, attempt: 2 }, "true"]);
    });

    it("that cannot be given are left to the global filters", async () => {
      const onReplay = () => {
        throw new ConflictException("it has changed since");
      };
      await using app = await start(platform, Answers, {
        options: { onReplay },
        before: (nest) => nest.useGlobalFilters(new Plain()),
      });
      await post(app, "/value");
      const { status, body } = await post(app, "/value");
      expect([status, JSON.parse(body)]).toEqual([409, { plainly: "it has changed since" }]);
    });
  });

  describe(`answers that break off, on ${platform}`, () => {
    it("are cut, not ended, and free the key", async () => {
      let broken = true;
      @Controller()
      class Breaking {
        @Post("file")
        @Idempotent()
        file() {
          const pieces = async function* () {
            yield Buffer.from("half of ");
            if (broken) throw new Error("the disk is gone");
            yield Buffer.from("a file");
          };
          return new StreamableFile(Readable.from(pieces()));
        }
      }
      await using app = await start(platform, Breaking);
      await expect(post(app, "/file")).rejects.toThrow();
      broken = false;
      await until(async () => (await post(app, "/file")).status === 201);
      expect(await post(app, "/file")).toMatchObject({ body: "half of a file", replayed: "true" });
    });
  });

  describe(`clients that hang up, on ${platform}`, () => {
    const gates = { promise: latch(), observable: latch() };
    const begun: string[] = [];
    @Controller()
    @Idempotent()
    class Slow {
      @Post("promise")
      async promise() {
        begun.push("promise");
        await gates.promise.opened;
        return "done";
      }

      @Post("observable")
      observable() {
        begun.push("observable");
        return from(gates.observable.opened).pipe(map(() => "done"));
      }
    }
    const hangUp = async (app: { readonly url: string }, path: string) => {
      const controller = new AbortController();
      const first = post(app, `/${path}`, { signal: controller.signal });
      await until(() => begun.includes(path));
      controller.abort();
      await expect(first).rejects.toThrow();
    };

    it("do not stop the handler, and its answer is there for the retry", async () => {
      await using app = await start(platform, Slow);
      await hangUp(app, "promise");
      gates.promise.open();
      await until(async () => (await post(app, "/promise")).status === 201);
      expect(await post(app, "/promise")).toMatchObject({ body: "done", replayed: "true" });
      expect(begun.filter((each) => each === "promise")).toHaveLength(1);
    });

    it("leave no key in progress for ever, where Nest stops an Observable with them", async () => {
      await using app = await start(platform, Slow);
      await hangUp(app, "observable");
      gates.observable.open();
      await until(async () => (await post(app, "/observable")).status === 201);
      expect(await post(app, "/observable")).toMatchObject({ body: "done", replayed: "true" });
    });
  });
}
