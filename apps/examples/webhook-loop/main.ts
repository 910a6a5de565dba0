// An order is paid once and sent once, although both answers are lost.   npm --prefix apps/examples run webhook-loop
import { styleText } from "node:util";
import { payAnOrder } from "./loop.js";
import type { Say } from "./say.js";

const colours = { client: "cyan", provider: "magenta", shop: "green", network: "red" } as const;
const startedMs = performance.now();

const say: Say = (who, what) => {
  const ms = `${Math.round(performance.now() - startedMs)} ms`.padStart(8);
  console.log(`${styleText("dim", ms)}  ${styleText(colours[who], who.padEnd(8))}  ${what}`);
};

const { requests, payments, deliveries, parcels } = await payAnOrder(say);
console.log(`\n${requests} requests, ${payments} payment. ${deliveries} deliveries, ${parcels} parcel.`);
if (payments !== 1 || parcels !== 1) process.exitCode = 1;
