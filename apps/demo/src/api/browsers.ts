import type { RequestHandler } from "express";

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The page loads nothing from elsewhere, and nothing else may be slipped into it. */
export const pageHeaders: RequestHandler = (_req, res, next) => {
  res.set({
    "Content-Security-Policy": policy,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
  });
  next();
};

/**
 * A browser repeats a POST by itself when a connection that it has used before breaks without an answer. The page wants
 * to show such a loss, so a browser gets a new connection for each request. (With a key, that repetition is harmless.)
 */
export const freshConnectionForBrowsers: RequestHandler = (req, res, next) => {
  if (req.get("sec-fetch-mode") !== undefined) res.set("Connection", "close");
  next();
};
