import koa3 from "koa";
import koa2 from "koa2";

/** Koa itself: the class of applications. */
export type KoaFactory = typeof koa3;

/** Both majors; every test runs on each. */
export const majors: readonly { readonly name: string; readonly Koa: KoaFactory }[] = [
  { name: "Koa 2", Koa: koa2 },
  { name: "Koa 3", Koa: koa3 },
];
