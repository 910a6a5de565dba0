import { MemoryStore } from "@oncekey/core";
import { protect } from "@oncekey/http";

const charges: { id: string; amount: number }[] = []; // stands for your database

export const POST = protect(
  async (request) => {
    const { amount } = await request.json();
    const charge = { id: `ch_${charges.length + 1}`, amount };
    charges.push(charge);
    return Response.json(charge, { status: 201 });
  },
  {
    store: new MemoryStore(), // one process; a database elsewhere
    scope: (request) => request.headers.get("x-account") ?? undefined, // the caller, as your authentication knows it
  },
);
