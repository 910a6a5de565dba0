#!/usr/bin/env node
import { main } from "./cli/main.js";

const { stdout, stderr } = process;

void main(process.argv.slice(2), { out: stdout, err: stderr, cwd: process.cwd() }).then((exitCode) => {
  // A fixture may have left something open. What was written has to leave the process first.
  stdout.write("", () => process.exit(exitCode));
});
