import {
  type CallHandler,
  Controller,
  Delete,
  Get,
  type INestApplication,
  Injectable,
  Module,
  type NestInterceptor,
  Patch,
  Post,
  Req,
  Scope,
  type Type,
} from "@nestjs/common";
import { APP_INTERCEPTOR } from "@nestjs/core";
import manifest from "@nestjs/core/package.json" with { type: "json" };
import { createOncekey, MemoryStore } from "@oncekey/core";
import type { Observable } from "rxjs";
import { describe, expect, it } from "vitest";
import {
  Attempt,
  attemptOf,
  type HttpAttempt,
  IdempotencyModule,
  type IdempotencyOptions,
  Idempotent,
} from "../src/index.js";
import { build, latch, post, start, until } from "./app.js";
import { create, major, platforms } from "./platforms.js";

const options = (): IdempotencyOptions => ({ store: new MemoryStore(), scope: "global" });

/** What came of asking without a key: 400 where the handler is protected. */
async function statuses(app: { readonly url: string }, asked: readonly string[]): Promise<number[]> {
  const answers = asked.map((each) => {
    const [method, path] = each.split(" ");
    return fetch(`${app.url}${path}`, { method: method ?? "" });
  });
  return (await Promise.all(answers)).map(({ status }) => status);
}

it("is tested on the Nest that the tests are named for", () => {
  expect(manifest.version.split(".")[0]).toBe(major);
});

for (const platform of platforms) {
  describe(`@Idempotent() on ${platform}`, () => {
    @Controller("handlers")
    class Handlers {
      @Post("protected")
      @Idempotent()
      protected() {}

      @Post("free")
      free() {}

      @Post("optional")
      @Idempotent({ required: false })
      optional() {}

      @Delete("deleted")
      @Idempotent({ methods: ["DELETE"] })
      deleted() {}
    }

    @Controller("all")
    @Idempotent({ methods: ["POST", "PUT"], waitMs: 0 })
    class All {
      @Post("post")
      post() {}

      @Patch("patch")
      patch() {}

      @Get("get")
      get() {}

      @Post("free")
      @Idempotent(false)
      free() {}

      @Post("optional")
      @Idempotent({ required: false })
      optional() {}
    }

    @Controller("inherited")
    class Inherited extends All {}

    it("protects a handler, or those of a controller, as the nearest says", async () => {
      const nest = await build(platform, [Handlers, All, Inherited]);
      await nest.listen(0, "127.0.0.1");
      const app = { url: await nest.getUrl() };
      const of = (methods: string, paths: string) =>
        statuses(
          app,
          methods.split(" ").map((m, i) => `${m} ${paths.split(" ")[i]}`),
        );
      expect(
        await of("POST POST POST DELETE", "/handlers/protected /handlers/free /handlers/optional /handlers/deleted"),
      ).toEqual([400, 201, 201, 400]);
      for (const at of ["all", "inherited"]) {
        expect(
          await of("POST PATCH GET POST POST", `/${at}/post /${at}/patch /${at}/get /${at}/free /${at}/optional`),
        ).toEqual([400, 200, 200, 201, 201]);
      }
      await nest.close();
    });

    it("tells a handler its attempt, and only a protected one", async () => {
      @Controller()
      class Telling {
        @Post("told")
        @Idempotent()
        told(@Attempt() attempt: HttpAttempt, @Req() request: object) {
          const { number, deriveKey } = attempt;
          return { number, key: deriveKey("charge"), same: attemptOf(request) === attempt };
        }

        @Post("untold")
        untold(@Attempt() attempt?: HttpAttempt) {
          return { attempt: attempt ?? "none" };
        }
      }
      await using app = await start(platform, Telling);
      expect(JSON.parse((await post(app, "/told")).body)).toEqual({
        number: 1,
        key: expect.stringMatching(/^[\w-]{43}$/),
        same: true,
      });
      expect(JSON.parse((await post(app, "/untold")).body)).toEqual({ attempt: "none" });
    });

    it("holds for controllers that live as long as a request", async () => {
      let runs = 0;
      class Brief {
        @Post("brief")
        @Idempotent()
        brief() {
          runs += 1;
          return { runs };
        }
      }
      Controller({ scope: Scope.REQUEST })(Brief);
      await using app = await start(platform, Brief);
      const first = await post(app, "/brief");
      expect(await post(app, "/brief")).toMatchObject({ body: first.body, replayed: "true" });
      expect(runs).toBe(1);
    });

    it("is outermost among the interceptors, wherever the others come from", async () => {
      const seen: string[] = [];
      class Seeing implements NestInterceptor {
        intercept(_context: unknown, next: CallHandler): Observable<unknown> {
          seen.push("intercepted");
          return next.handle();
        }
      }
      const providers = [{ provide: APP_INTERCEPTOR, useClass: Seeing }];
      const before = (nest: INestApplication) => nest.useGlobalInterceptors(new Seeing());
      await using app = await start(platform, Handlers, { providers, before });
      await post(app, "/handlers/protected");
      await post(app, "/handlers/protected");
      expect(seen).toEqual(["intercepted", "intercepted"]);
    });
  });
}

describe("the module", () => {
  @Controller()
  class Things {
    @Post("things")
    @Idempotent()
    things() {}
  }

  it("takes its options from what Nest injects", async () => {
    const STORE = Symbol("store");
    @Injectable()
    class Settings {
      readonly header = "X-Operation";
    }
    class Database {}
    Module({
      providers: [{ provide: STORE, useFactory: async () => new MemoryStore() }, Settings],
      exports: [STORE, Settings],
    })(Database);
    const idempotency = IdempotencyModule.forRootAsync({
      imports: [Database],
      inject: [STORE, Settings],
      useFactory: async (store: MemoryStore, { header }: Settings) => ({ store, scope: "global", headerName: header }),
    });
    await using app = await start("Express", Things, { imports: [idempotency] });
    const send = () => post(app, "/things", { headers: { "x-operation": "1" } });
    expect(await send()).toMatchObject({ status: 201, replayed: null });
    expect(await send()).toMatchObject({ status: 201, replayed: "true" });
  });

  it("holds for the controllers of all modules", async () => {
    class Feature {}
    Module({ controllers: [Things] })(Feature);
    const nest = await create(
      "Fastify",
      { module: class {}, imports: [Feature, IdempotencyModule.forRoot(options())] },
      "of Nest",
    );
    await nest.listen(0, "127.0.0.1");
    expect(await statuses({ url: await nest.getUrl() }, ["POST /things"])).toEqual([400]);
    await nest.close();
  });

  it("may be used by several applications in one process, one after the other too", async () => {
    const imports = [IdempotencyModule.forRoot(options())];
    for (const replayed of [null, "true"]) {
      await using app = await start("Express", Things, { imports });
      expect(await post(app, "/things")).toMatchObject({ status: 201, replayed });
    }
  });
});

describe("mistakes", () => {
  const failing = (controllers: Type[], around: Parameters<typeof build>[2] = {}) =>
    expect(build("Express", controllers, around)).rejects;

  it("in the options end the start", async () => {
    await failing([], { options: { maxBodyBytes: -1 } }).toThrow("maxBodyBytes");
  });

  it("in the options of a handler do too, with its name", async () => {
    @Controller()
    class Wrong {
      @Post()
      @Idempotent({ maxBodyBytes: -1 })
      add() {}
    }
    await failing([Wrong]).toThrow(/^Wrong\.add: @Idempotent\(\): .*maxBodyBytes/);
  });

  it("are told where a decorator protects nothing", async () => {
    @Controller()
    class Vain {
      @Delete()
      @Idempotent()
      remove() {}
    }
    await failing([Vain]).toThrow("Vain.remove: @Idempotent() protects nothing here; name DELETE in methods");
  });

  it("are told where the module is imported twice, or not at all", async () => {
    @Controller()
    class Things {
      @Post()
      @Idempotent()
      add() {}
    }
    const twice = [IdempotencyModule.forRoot(options()), IdempotencyModule.forRoot(options())];
    await failing([Things], { imports: twice }).toThrow("IdempotencyModule is imported twice");
    await failing([Things], { imports: [] }).toThrow(/ModuleIsImported.*Idempotency/s);
  });

  it("are told where nothing is protected, because what is injected is there per request only", async () => {
    const STORE = Symbol("store");
    class Database {}
    Module({
      providers: [{ provide: STORE, scope: Scope.REQUEST, useFactory: () => new MemoryStore() }],
      exports: [STORE],
    })(Database);
    @Controller()
    class Things {
      @Post("things")
      @Idempotent()
      add() {}
    }
    const idempotency = IdempotencyModule.forRootAsync({
      imports: [Database],
      inject: [STORE],
      useFactory: (store: MemoryStore) => ({ store, scope: "global" }),
    });
    await using app = await start("Express", Things, { imports: [idempotency] });
    expect((await post(app, "/things")).status).toBe(500);
  });

  it("are told where something without a response is to be protected", async () => {
    @Injectable()
    class Resolver {
      @Idempotent()
      pay() {}
    }
    @Injectable()
    @Idempotent()
    class Gateway {}
    @Controller()
    class Consumer {
      @Idempotent()
      consume() {}
    }
    const rule = "@Idempotent() is for HTTP requests";
    await failing([], { providers: [Resolver] }).toThrow(`Resolver.pay: ${rule}`);
    await failing([], { providers: [Gateway] }).toThrow(`Gateway: ${rule}`);
    await failing([Consumer]).toThrow(`Consumer.consume: ${rule}`);
  });
});

describe("closing", () => {
  const make = (gate: Promise<void>, begun: () => void) => {
    @Controller()
    class Slow {
      @Post("slow")
      @Idempotent()
      async slow() {
        begun();
        await gate;
      }
    }
    return Slow;
  };

  for (const platform of platforms) {
    it(`waits on ${platform} for what is running, and refuses new requests meanwhile`, async () => {
      const gate = latch();
      let runs = 0;
      const Slow = make(gate.opened, () => {
        runs += 1;
      });
      const app = await start(platform, Slow);
      const first = post(app, "/slow");
      await until(() => runs === 1);
      let closed = false;
      const closing = app.nest.close().then(() => {
        closed = true;
      });
      await until(async () => (await post(app, "/slow", { key: "another" })).status === 503);
      expect(closed).toBe(false);
      gate.open();
      expect((await first).status).toBe(201);
      await closing;
      expect(runs).toBe(1);
    });
  }

  it("leaves an engine of the application open", async () => {
    const oncekey = createOncekey({ store: new MemoryStore() });
    const imports = [IdempotencyModule.forRoot({ oncekey, scope: "global" })];
    await using _ = await start(
      "Express",
      make(Promise.resolve(), () => {}),
      { imports },
    );
    await _.nest.close();
    const operation = { key: "a", scope: "global", fingerprint: "s1:a" };
    expect(await oncekey.execute(operation, () => "done")).toMatchObject({ outcome: "executed" });
  });
});
