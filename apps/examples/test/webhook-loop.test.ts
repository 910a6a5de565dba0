import { expect, it } from "vitest";
import { payAnOrder } from "../webhook-loop/loop.js";

it("apps/examples/webhook-loop: both answers are lost, and the order is paid once and sent once", async () => {
  const lines: string[] = [];
  const story = await payAnOrder((who, what) => lines.push(`${who}: ${what}`));
  expect(story).toEqual({ requests: 2, payments: 1, replayed: true, deliveries: 2, parcels: 1 });
  expect(lines).toEqual(
    expect.arrayContaining([
      "network: loses the provider's answer: connection reset",
      "provider: knows the key: the stored answer again, no second payment",
      'client: 201 {"id":"pay_1","order":"order-7","amount":1000}, a replay',
      "network: loses the shop's answer: connection reset",
      "shop: knows the webhook: nothing to do",
    ]),
  );
});
