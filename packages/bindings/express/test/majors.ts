import express5 from "express";
import express4 from "express4";

/** Express itself: the function, with its parsers. */
export type ExpressFactory = typeof express5;

/** Both majors; every test runs on each. */
export const majors: readonly { readonly name: string; readonly express: ExpressFactory }[] = [
  { name: "Express 4", express: express4 },
  { name: "Express 5", express: express5 },
];
