import {
  BadRequestException,
  Body,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Inject,
  Injectable,
  type PipeTransform,
  Post,
  UnauthorizedException,
  UploadedFile,
  UseGuards,
  UseInterceptors,
} from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter, FileInterceptor } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import { MemoryStore } from "@oncekey/core";
import { describe, expect, it } from "vitest";
import { IdempotencyModule, Idempotent, type PlatformRequest } from "../src/index.js";
import { post, postTwice, start } from "./app.js";
import { platforms } from "./platforms.js";

/** As an authentication leaves it. */
interface Authenticated extends PlatformRequest {
  user?: string;
}

@Injectable()
class Users {
  of(authorization: string | undefined): string | undefined {
    return authorization?.replace("Bearer ", "");
  }
}

@Injectable()
class Authentication implements CanActivate {
  readonly #users: Users;
  constructor(@Inject(Users) users: Users) {
    this.#users = users;
  }
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Authenticated>();
    const user = this.#users.of(request.headers.authorization);
    if (user === undefined) throw new UnauthorizedException();
    request.user = user;
    return true;
  }
}

class WithAmount implements PipeTransform {
  transform(value: { amount?: unknown }): object {
    if (typeof value.amount !== "number") throw new BadRequestException("say how much");
    return value;
  }
}

let runs = 0;

@Controller()
class Payments {
  // Whichever way round they stand: our work is not done in a guard.
  @Post("payments")
  @Idempotent()
  @UseGuards(Authentication)
  pay(@Body(new WithAmount()) body: object) {
    runs += 1;
    return { body, runs };
  }

  @Post("transfers")
  @UseGuards(Authentication)
  @Idempotent()
  transfer(@Body() body: unknown) {
    return { body };
  }
}

const startPayments = (platform: (typeof platforms)[number]) =>
  start(platform, Payments, {
    providers: [Users],
    imports: [IdempotencyModule.forRoot<Authenticated>({ store: new MemoryStore(), scope: ({ user }) => user })],
  });

for (const platform of platforms) {
  describe(`requests on ${platform}`, () => {
    it("meet all guards first: a replay is for whoever may ask, and keys are a user's own", async () => {
      await using app = await startPayments(platform);
      for (const path of ["/payments", "/transfers"]) {
        const first = await postTwice(app, path, { headers: { authorization: "Bearer anna" } });
        expect(first.status).toBe(201);
        expect((await post(app, path)).status).toBe(401);
        expect(await post(app, path, { headers: { authorization: "Bearer bob" } })).toMatchObject({ replayed: null });
      }
    });

    it("are told apart by their bodies, which the handler gets", async () => {
      await using app = await startPayments(platform);
      const headers = { authorization: "Bearer anna" };
      const types: Readonly<Record<string, readonly [string, string, unknown]>> = {
        "application/json": ['{"amount":1}', '{"amount":2}', { amount: 1 }],
        "application/x-www-form-urlencoded": ["amount=1", "amount=2", { amount: "1" }],
        "text/plain": ["amount 1", "amount 2", "amount 1"],
      };
      for (const [type, [body, other, parsed]] of Object.entries(types)) {
        const init = { key: type, headers: { ...headers, "content-type": type } };
        const first = await post(app, "/transfers", { ...init, body });
        expect(JSON.parse(first.body), type).toEqual({ body: parsed });
        expect(await post(app, "/transfers", { ...init, body })).toMatchObject({ replayed: "true" });
        expect((await post(app, "/transfers", { ...init, body: other })).status, type).toBe(422);
      }
    });

    it("that a pipe refuses were answered, and the retry gets that answer", async () => {
      await using app = await startPayments(platform);
      runs = 0;
      const init = { body: "{}", headers: { authorization: "Bearer anna" } };
      expect(await postTwice(app, "/payments", init)).toMatchObject({ status: 400 });
      expect(runs).toBe(0);
    });
  });
}

describe("bodies whose bytes are kept", () => {
  for (const platform of platforms) {
    it(`count by them on ${platform}`, async () => {
      @Controller()
      class Numbers {
        @Post("numbers")
        @Idempotent()
        take(@Body() body: unknown) {
          return { body };
        }
      }
      const imports = [IdempotencyModule.forRoot({ store: new MemoryStore(), scope: "global" })];
      const adapter = platform === "Express" ? new ExpressAdapter() : new FastifyAdapter();
      const nest = await NestFactory.create({ module: class {}, imports, controllers: [Numbers] }, adapter, {
        logger: false,
        rawBody: true,
        forceCloseConnections: true,
      });
      await nest.listen(0, "127.0.0.1");
      const app = { url: await nest.getUrl() };
      await postTwice(app, "/numbers", { body: '{"id":9007199254740993}' });
      // A parser takes both for one number.
      expect((await post(app, "/numbers", { body: '{"id":9007199254740992}' })).status).toBe(422);
      await nest.close();
    });
  }
});

describe("uploads on Express", () => {
  it("reach the handler by FileInterceptor, and are told apart by their parts", async () => {
    @Controller()
    class Uploads {
      @Post("uploads")
      @Idempotent()
      @UseInterceptors(FileInterceptor("file"))
      take(@UploadedFile() file: { readonly buffer: Buffer }, @Body() { memo }: { readonly memo: string }) {
        return { file: file.buffer.toString(), memo };
      }
    }
    const form = (memo: string, file: string) => {
      const data = new FormData();
      data.set("memo", memo);
      data.set("file", new Blob([file]), "a.txt");
      return { body: data };
    };
    await using app = await start("Express", Uploads);
    const first = await post(app, "/uploads", form("a memo", "a file"));
    expect(JSON.parse(first.body)).toEqual({ file: "a file", memo: "a memo" });
    // Under another boundary.
    expect(await post(app, "/uploads", form("a memo", "a file"))).toMatchObject({ body: first.body, replayed: "true" });
    expect((await post(app, "/uploads", form("a memo", "another file"))).status).toBe(422);
    expect((await post(app, "/uploads", form("another memo", "a file"))).status).toBe(422);
  });
});
