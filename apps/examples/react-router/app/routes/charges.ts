import { MemoryStore } from "@oncekey/core";
import { protect } from "@oncekey/http";
import type { ActionFunctionArgs } from "react-router";

const charges: { id: string; amount: number }[] = []; // stands for your database

const createCharge = protect(
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

// A resource route: an action, and no component.
export const action = ({ request }: ActionFunctionArgs) => createCharge(request);
