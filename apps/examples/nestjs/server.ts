import "reflect-metadata";
import { Body, Controller, Module, Post } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { MemoryStore } from "@oncekey/core";
import { IdempotencyModule, Idempotent } from "@oncekey/nestjs";

const charges: { id: string; amount: number }[] = []; // stands for your database

@Controller("charges")
class ChargesController {
  @Post()
  @Idempotent()
  create(@Body() body: { amount: number }) {
    const charge = { id: `ch_${charges.length + 1}`, amount: body.amount };
    charges.push(charge);
    return charge;
  }
}

@Module({
  imports: [
    IdempotencyModule.forRoot({
      store: new MemoryStore(), // one process; a database elsewhere
      scope: (request) => request.headers["x-account"]?.toString(), // the caller, as your guard knows it
    }),
  ],
  controllers: [ChargesController],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ["error", "warn"] });
await app.listen(process.env["PORT"] ?? 3000);
export const server = app.getHttpServer();
