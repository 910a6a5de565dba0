import { describe, expect, it } from "vitest";
import { fingerprint } from "./fingerprint.js";
import type { Fingerprint } from "./types.js";

const FORM = "multipart/form-data";

function ofBody(body: string | Uint8Array, contentType: string): Fingerprint {
  const bytes = typeof body === "string" ? Buffer.from(body, "latin1") : body;
  return fingerprint({ method: "POST", path: "/files", contentType, body: bytes });
}

function multipart(boundary: string, ...parts: string[]): string {
  return `${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join("")}--${boundary}--\r\n`;
}

function form(boundary: string, ...parts: string[]): Fingerprint {
  return ofBody(multipart(boundary, ...parts), `${FORM}; boundary=${boundary}`);
}

const field = (name: string, value: string) => `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`;
const file = (name: string, filename: string, type: string, content: string) =>
  `Content-Disposition: form-data; name="${name}"; filename="${filename}"\r\nContent-Type: ${type}\r\n\r\n${content}`;

const FIELD = field("a", "1");
const FILE = file("doc", "x.pdf", "application/pdf", "\u0000\u00ff\r\n--not the boundary\r\n");

describe("multipart bodies", () => {
  it("have the same fingerprint whatever their boundary", () => {
    const first = form("----abc", FIELD, FILE);
    expect(first.kind).toBe("multipart");
    expect(form("another-boundary", FIELD, FILE)).toEqual(first);
    const quoted = ofBody(multipart("a b", FIELD, FILE), `Multipart/Form-Data; charset=utf-8; Boundary="a b"`);
    expect(quoted).toEqual(first);
  });

  it("have the same fingerprint as fetch serialises a form anew", async () => {
    const data = new FormData();
    data.set("amount", "1000");
    data.set("document", new Blob(["%PDF"], { type: "application/pdf" }), 'pass\u00e9 "1".pdf');
    const [first, second] = await Promise.all(
      [1, 2].map(() => new Request("http://localhost", { method: "POST", body: data })),
    );
    const types = [first, second].map((request) => request?.headers.get("content-type") ?? "");
    expect(types[0]).not.toBe(types[1]);
    const bodies = await Promise.all(
      [first, second].map(async (request) => new Uint8Array((await request?.arrayBuffer()) ?? [])),
    );
    const prints = bodies.map((body, index) => ofBody(body, types[index] ?? ""));
    expect(prints[0]?.kind).toBe("multipart");
    expect(prints[1]).toEqual(prints[0]);
  });

  it.each([
    ["the order of parts", [FILE, FIELD]],
    ["a value", [field("a", "2"), FILE]],
    ["a name", [field("b", "1"), FILE]],
    ["a file name", [FIELD, FILE.replace("x.pdf", "y.pdf")]],
    ["a file name that is absent", [FIELD, FILE.replace('; filename="x.pdf"', "")]],
    ["a file name that is empty", [FIELD, FILE.replace("x.pdf", "")]],
    ["a content type", [FIELD, FILE.replace("application/pdf", "text/plain")]],
    ["a content type that is absent", [FIELD, FILE.replace("Content-Type: application/pdf\r\n", "")]],
    ["a byte of a file", [FIELD, FILE.replace("\u00ff", "\u00fe")]],
    ["a line break at the end of a file", [FIELD, `${FILE}\r\n`]],
    ["one part more", [FIELD, FILE, FIELD]],
    ["one part less", [FIELD]],
    ["no part", []],
    ["a further header", [FIELD, `Content-Transfer-Encoding: base64\r\n${FILE}`]],
    ["another form of the file's name", [FIELD, FILE.replace('x.pdf"', "x.pdf\"; filename*=utf-8''y.pdf")]],
  ])("differ in %s", (_, parts) => {
    const changed = form("b", ...parts);
    expect(changed.kind).toBe("multipart");
    expect(changed.value).not.toBe(form("b", FIELD, FILE).value);
  });

  it("count what their heads say, not how it is spelt", () => {
    const respelt = FILE.replace(
      'Content-Disposition: form-data; name="doc"',
      "content-disposition:  Form-Data;name=doc ",
    );
    expect(respelt).not.toBe(FILE);
    expect(form("b", FIELD, respelt)).toEqual(form("b", FIELD, FILE));
  });

  it("may have blanks after a boundary and no line break at the end", () => {
    const body = multipart("b", FIELD).replace("--b\r\n", "--b \t\r\n").slice(0, -2);
    expect(ofBody(body, `${FORM}; boundary=b`)).toEqual(form("b", FIELD));
  });

  it("need no names outside forms", () => {
    const mixed = (boundary: string) =>
      ofBody(
        multipart(boundary, "Content-Type: text/plain\r\n\r\nhello", "\r\nbare"),
        `multipart/mixed; boundary=${boundary}`,
      );
    expect(mixed("one").kind).toBe("multipart");
    expect(mixed("two")).toEqual(mixed("one"));
  });
});

const GOOD = multipart("b", FIELD, FILE);

describe("multipart bodies that parsers may read differently are hashed as bytes", () => {
  it.each([
    ["no boundary", GOOD, FORM],
    ["an empty boundary", GOOD, `${FORM}; boundary=`],
    ["two boundaries", GOOD, `${FORM}; boundary=b; boundary=c`],
    ["a boundary that is too long", multipart("b".repeat(71), FIELD), `${FORM}; boundary=${"b".repeat(71)}`],
    ["another boundary", GOOD, `${FORM}; boundary=c`],
    ["no end", GOOD.slice(0, -4), `${FORM}; boundary=b`],
    ["text before", `x${GOOD}`, `${FORM}; boundary=b`],
    ["text after", `${GOOD}x`, `${FORM}; boundary=b`],
    ["bare line feeds", GOOD.replaceAll("\r\n", "\n"), `${FORM}; boundary=b`],
    ["a longer delimiter", multipart("b", FIELD.replace("1", "1\r\n--bc")), `${FORM}; boundary=b`],
    ["a field without a name", multipart("b", "Content-Disposition: form-data\r\n\r\n1"), `${FORM}; boundary=b`],
    ["a field without a head", multipart("b", "\r\n1"), `${FORM}; boundary=b`],
    ["a head without an end", multipart("b", 'Content-Disposition: form-data; name="a"'), `${FORM}; boundary=b`],
    ["two names", multipart("b", FIELD.replace("name=", "name=x; name=")), `${FORM}; boundary=b`],
    ["two dispositions", multipart("b", `Content-Disposition: form-data; name="z"\r\n${FIELD}`), `${FORM}; boundary=b`],
    ["a folded header", multipart("b", FIELD.replace("; name", ";\r\n name")), `${FORM}; boundary=b`],
    ["a header without a colon", multipart("b", `nonsense\r\n${FIELD}`), `${FORM}; boundary=b`],
    ["a bare carriage return in a header", multipart("b", FIELD.replace("; name", ";\r name")), `${FORM}; boundary=b`],
    ["two delimiters in a row", "--b\r\n--b--\r\n", `${FORM}; boundary=b`],
    ["nothing but a dash", "--b-", `${FORM}; boundary=b`],
    ["nothing but the delimiter", "--b", `${FORM}; boundary=b`],
  ])("%s", (_, body, contentType) => {
    const print = ofBody(body, contentType);
    expect(print.kind).toBe("raw");
    expect(ofBody(`${body} `, contentType).value).not.toBe(print.value);
  });

  it("takes any beginning of a body without throwing", () => {
    for (let length = 1; length < GOOD.length - 2; length++) {
      expect(ofBody(GOOD.slice(0, length), `${FORM}; boundary=b`).kind).toBe("raw");
    }
  });
});
