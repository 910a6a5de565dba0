/** Bodies of the kind that APIs get, with members in the order in which people write them. */

/** About 200 bytes of JSON. */
export function smallCharge(): object {
  return {
    amount: 1000,
    currency: "usd",
    customer: "cus_9s6XKzkNRiz8i3",
    description: "Order 1234 for a customer",
    metadata: { order_id: "6735", region: "eu" },
    capture: true,
    statement: "ACME",
    qty: 2,
    net: 12.5,
  };
}

/** About 100 KB of JSON: ids, words, prices, places, some text outside ASCII and some that needs escapes. */
export function largeOrder(): unknown {
  const items = Array.from({ length: 330 }, (_, index) => ({
    sku: `SKU-${100_000 + index * 37}`,
    name: index % 5 === 0 ? "Crème brûlée, für zwei" : "Enamelled steel baking tray, large",
    quantity: (index % 7) + 1,
    unit_price: { currency: "EUR", amount: 1999 + index, tax_rate: 0.19 },
    dimensions_cm: [30.5, 20 + index / 4, 4.25],
    note: index % 9 === 0 ? 'Leave at the "side" door\nand ring twice' : null,
    gift: index % 3 === 0,
    warehouse: { lat: 52.520008 + index / 1000, lng: 13.404954, id: `wh_${index % 12}` },
    tags: ["kitchen", "steel", `batch-${index % 20}`],
  }));
  return { reference: "ord_8e03978e40d5", customer: { name: "Łucja Nowak", email: "lucja@example.org" }, items };
}

/** The same members in `count` other orders. */
export function reorderings(value: object, count: number): object[] {
  const members = Object.entries(value);
  return Array.from({ length: count }, (_, turn) =>
    Object.fromEntries(
      members
        .map((member, index) => ({ member, place: Math.sin((turn + 1) * (index + 1) * 997) }))
        .sort((a, b) => a.place - b.place)
        .map(({ member }) => member),
    ),
  );
}
