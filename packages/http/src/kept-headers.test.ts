import { describe, expect, it } from "vitest";
import { keptHeaders } from "./kept-headers.js";

const own = () => ["api.example.com"];

describe("keptHeaders", () => {
  it("keeps what describes the result, and nothing of the exchange", () => {
    const kept = keptHeaders([], []).of(
      201,
      [
        ["Content-Type", "text/plain"],
        ["Set-Cookie", "session=1"],
        ["Link", "</a>"],
        ["link", "</b>"],
        ["Date", "now"],
        ["Content-Length", "3"],
        ["X-Anything", "1"],
        ["Cache-Control", "no-store"],
      ],
      own,
    );
    expect(kept).toEqual([
      ["content-type", "text/plain"],
      ["link", "</a>"],
      ["link", "</b>"],
      ["cache-control", "no-store"],
    ]);
  });

  it("keeps what the application adds", () => {
    expect(keptHeaders(["X-Rate"], []).of(200, [["x-rate", "1"]], own)).toEqual([["x-rate", "1"]]);
  });

  for (const name of [
    "Set-Cookie",
    "date",
    "Content-Encoding",
    "Access-Control-Allow-Origin",
    "proxy-authenticate",
    "X-Request-Id",
    "Transfer-Encoding",
  ]) {
    it(`refuses to keep ${name}`, () => {
      expect(() => keptHeaders([name], [])).toThrow(`storedHeaders: "${name}" is never stored`);
    });
  }

  it("refuses what is no name", () => {
    expect(() => keptHeaders(["a b"], [])).toThrow("is not the name of a header");
    expect(() => keptHeaders([""], [])).toThrow("is not the name of a header");
  });

  describe("a Location", () => {
    const location = (status: number, value: string, origins: readonly string[] | "any" = []) =>
      keptHeaders([], origins).of(status, [["Location", value]], own);

    for (const value of [
      "/things/1",
      "things/1",
      "?a=1",
      "https://api.example.com/things/1",
      "HTTPS://API.example.com/x",
      "//api.example.com/x",
    ]) {
      it(`on our own host is kept: ${value}`, () => expect(location(303, value)).toEqual([["location", value]]));
    }

    for (const value of [
      "https://pay.example.com/s?token=1",
      "//pay.example.com/",
      "/\\pay.example.com/",
      "app:callback?code=1",
      "https://[",
    ]) {
      it(`elsewhere is left out: ${value}`, () => {
        expect(location(201, value)).toEqual([]);
        expect(location(303, value)).toBeUndefined();
      });
    }

    it("elsewhere is kept where the options say so", () => {
      const value = "https://pay.example.com/s";
      expect(location(303, value, ["https://pay.example.com"])).toEqual([["location", value]]);
      expect(location(303, value, "any")).toEqual([["location", value]]);
      expect(location(303, value, ["https://other.example.com"])).toBeUndefined();
    });

    it("has origins that are origins", () => {
      expect(() => keptHeaders([], ["pay.example.com"])).toThrow('locationOrigins: "pay.example.com" is not an origin');
      expect(() => keptHeaders([], ["https://pay.example.com/path"])).toThrow("is not an origin");
    });
  });
});
