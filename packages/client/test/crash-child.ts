/*
 * A process that pays once and is killed on the way:  node crash-child.mjs <folder> <url> <point>
 *
 * Every write to the journal, every sync and every request is a point before and one after it; a write has one in its
 * middle as well, with half of it done. So is every opening of a file or folder by a promise, and its sync. At the numbered point the process kills itself. Without one it prints what it got.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { createIdempotentFetch } from "../src/index.js";

const [folder = "", url = "", wanted = "0"] = process.argv.slice(2);
const { writeSync, fdatasync } = fs;
let passed = 0;

function point(): void {
  passed += 1;
  if (passed === Number(wanted)) process.kill(process.pid, "SIGKILL");
}

fs.writeSync = ((descriptor: number, bytes: Uint8Array) => {
  const half = Math.floor(bytes.length / 2);
  point();
  writeSync(descriptor, bytes.subarray(0, half));
  point();
  const rest = writeSync(descriptor, bytes.subarray(half));
  point();
  return half + rest;
}) as typeof fs.writeSync;

fs.fdatasync = ((descriptor: number, done: fs.NoParamCallback) => {
  fdatasync(descriptor, (error) => {
    point();
    done(error);
  });
}) as typeof fs.fdatasync;

const { open } = fs.promises;
fs.promises.open = async (...file: Parameters<typeof open>) => {
  const handle = await open(...file);
  point();
  const sync = handle.sync.bind(handle);
  handle.sync = async () => {
    await sync();
    point();
  };
  return handle;
};

syncBuiltinESMExports();
// Read only now, so that it sees the functions above.
const { fileJournal } = await import("../src/file-journal/index.js");

const pay = createIdempotentFetch({
  journal: fileJournal(folder),
  budget: false,
  async fetch(input, init) {
    point();
    const response = await fetch(input, init);
    point();
    return response;
  },
});
await pay.resume();
const response = await pay.submit("order-1", url, { method: "POST", body: '{"amount":1}' });
const receipt = await response.text();
await pay.close();
writeSync(1, JSON.stringify({ receipt, points: passed }));
