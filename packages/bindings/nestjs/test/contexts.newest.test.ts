import { Controller, Post } from "@nestjs/common";
import { ClientProxyFactory, MessagePattern, type MicroserviceOptions, Transport } from "@nestjs/microservices";
import { freePort } from "@oncekey/services";
import { lastValueFrom } from "rxjs";
import { expect, it } from "vitest";
import { Idempotent } from "../src/index.js";
import { build } from "./app.js";

it("a message for a handler that also takes requests is refused, and nothing runs", async () => {
  let runs = 0;
  @Controller()
  class Both {
    @Post("pay")
    @MessagePattern("pay")
    @Idempotent()
    pay() {
      runs += 1;
      return "done";
    }

    @MessagePattern("ping")
    ping() {
      return "pong";
    }
  }
  const port = await freePort();
  const server = { transport: Transport.TCP, options: { host: "127.0.0.1", port } } as const;
  const nest = await build("Express", [Both]);
  nest.connectMicroservice<MicroserviceOptions>(server);
  await nest.startAllMicroservices();
  const client = ClientProxyFactory.create(server);
  try {
    await expect(lastValueFrom(client.send("pay", {}))).rejects.toMatchObject({ status: "error" });
    expect(await lastValueFrom(client.send("ping", {}))).toBe("pong");
    expect(runs).toBe(0);
  } finally {
    client.close();
    await nest.close();
  }
});
