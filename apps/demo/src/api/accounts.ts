import type { RequestHandler, Response } from "express";
import { Problem } from "./problem.js";

/** The customers. An account's name is its key here; a real API would keep hashes of keys in a database. */
const accounts: ReadonlySet<string> = new Set(["demo-acme", "demo-globex"]);

/** Finds out who calls, or refuses. Comes first: a key belongs to somebody, and no stranger may ask for an answer. */
export const authenticate: RequestHandler = (req, res, next) => {
  const account = req.get("x-api-key");
  if (account === undefined || !accounts.has(account)) {
    throw new Problem(401, `Say who you are: the header x-api-key has to be one of ${[...accounts].join(", ")}.`);
  }
  res.locals["account"] = account;
  next();
};

/** The account that `authenticate` found. */
export function accountOf(res: Response | undefined): string {
  const account: unknown = res?.locals["account"];
  if (typeof account === "string") return account;
  throw new Error("the route is not behind authenticate");
}
