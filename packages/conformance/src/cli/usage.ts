import { bindingFeatures } from "../binding/scenario.js";

/** A command that cannot be followed. Its message names the value, the rule and the mend. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const features = Object.entries(bindingFeatures).map(([name, words]) => `    ${name.padEnd(14)} ${words}`);

export const help = `Usage: conformance <fixture> [options]
       conformance --url <address> [options]

Checks a store or a server against the rules that make retries safe.

<fixture> is a module (ESM or CommonJS; TypeScript where Node loads it). Its default export is a
StoreFixture { name, capabilities, open }, a BindingFixture { name, start }, a function that gives
one, or a list of them.

  --only <id|pattern>      run these cases only, such as EXP-08 or "RAC-*"; may be repeated
  --level <level>          run the cases of this level and above: must, should, may (default: may)
  --known-failures <file>  JSON: cases that may fail for now, { "SIZ-06": "why" }; besides the fixture's
  --no-strict              a known failure that passes does not fail the run
  --timeout <ms>           how long one case may take (default: its own limit, 10000 or more)
  --concurrency <n>        how many cases of a store may run at the same time (default: 8)
  --races                  for a store: also race separate processes over it
  --json                   write the report as JSON
  --list                   list the cases and run none
  --help, --version

A server in any language, by its address:

  --url <address>          audit the server there; it has to have the scripted app mounted
  --lacks <feature>[=why]  what it cannot do; cases that need it are skipped. May be repeated:
${features.join("\n")}
  --scenarios              write the routes of the scripted app as JSON

Exit code: 0 passed; 1 a rule of level must is broken; 2 a rule of level should is broken, and no
must; 3 the command is wrong; 4 no case can be run on the fixture. The report goes to standard
output, progress to standard error.
`;
