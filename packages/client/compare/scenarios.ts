import type { Fault } from "../test/scripted-server.js";

/** What goes wrong before the server is as it should be again, and how the table calls it. */
export interface Scenario {
  readonly name: string;
  readonly script: readonly Fault[];
}

const inProgress: Fault = {
  status: 409,
  headers: { "retry-after": "1" },
  body: { type: "https://api.example.com/problems/request-in-progress" },
};

export const scenarios: readonly Scenario[] = [
  { name: "reset before the effect", script: ["reset-before-effect"] },
  { name: "reset after the effect", script: ["reset-after-effect"] },
  { name: "no answer, nothing done", script: ["hang-before-effect"] },
  { name: "no answer, done", script: ["hang-after-effect"] },
  { name: "cut off in the header", script: ["cut-header-after-effect"] },
  { name: "cut off in the body", script: ["cut-body-after-effect"] },
  { name: "502", script: [{ status: 502 }] },
  { name: "503, come back in 1 s", script: [{ status: 503, headers: { "retry-after": "1" } }] },
  { name: "429, come back in 1 s", script: [{ status: 429, headers: { "retry-after": "1" } }] },
  { name: "408", script: [{ status: 408 }] },
  { name: "425", script: [{ status: 425 }] },
  { name: "in progress (409)", script: [inProgress] },
  { name: "lost, then in progress", script: ["reset-after-effect", inProgress] },
  { name: "lost three times", script: ["reset-after-effect", "cut-body-after-effect", "reset-after-effect"] },
  {
    name: "key reused (422)",
    script: [{ status: 422, body: { type: "https://api.example.com/problems/key-reused" } }],
  },
  { name: "503, come back in an hour", script: [{ status: 503, headers: { "retry-after": "3600" } }] },
];
