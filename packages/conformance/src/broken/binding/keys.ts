import { type BrokenBinding, broken, misreading, withHeader } from "./broken-binding.js";

const header = "idempotency-key";

/** Changes the key's header, where there is one, before the protection reads it. */
function rekeying(change: (value: string, request: Request) => string | null) {
  return misreading((request) => {
    const value = request.headers.get(header);
    return value === null ? request : withHeader(request, header, change(value, request));
  });
}

/** Bugs in reading the key and in whose it is. */
export const brokenKeys: readonly BrokenBinding[] = [
  broken(
    "first-line-wins",
    "takes the first of several keys, as code does that reads one header of a map",
    ["KEY-03", "KEY-07", "KEY-08", "POL-12"],
    rekeying((value) => value.split(",")[0]?.trim() ?? ""),
  ),
  broken(
    "empty-is-absent",
    "takes an empty key for none, as `if (key)` does",
    ["KEY-03", "KEY-05"],
    rekeying((value) => (/^(?:"")?$/.test(value) ? null : value)),
  ),
  broken(
    "keeps-the-quotes",
    "never reads the quoted form: the same key with and without quotes is two keys",
    ["KEY-09", "KEY-10"],
    rekeying((value) => value.replace(/^"[\w-]/, '"Q')),
  ),
  broken(
    "folds-case",
    "compares keys without regard to case, as a database with such a collation does",
    ["KEY-11"],
    rekeying((value) => value.toLowerCase()),
  ),
  broken(
    "cuts-long-keys",
    "cuts a key to the size of its column",
    ["KEY-06"],
    rekeying((value) => value.replace(/k{256,}/, "k".repeat(200))),
  ),
  broken(
    "ignores-the-scope",
    "has one space of keys for all accounts",
    ["SCP-01", "SCP-02", "SCP-03", "SCP-05"],
    misreading((request) => withHeader(request, "x-account", null)),
  ),
  broken(
    "joins-scope-and-key",
    "joins the account and the key with a colon to one name",
    ["SCP-04", "SCP-05"],
    misreading((request) => {
      const key = request.headers.get(header);
      if (key === null) return request;
      const account = request.headers.get("x-account");
      const joined = key.replace(/^("?)((?:x:)?key-)/, (_, quote, start) => `${quote}${account}:${start}`);
      return withHeader(withHeader(request, header, joined), "x-account", null);
    }),
  ),
];
