// Writes what is made of the examples.   npm --prefix apps/examples run docs
import { writeFileSync } from "node:fs";
import { documents } from "./documents.js";

for (const { file, render } of documents) writeFileSync(file, render());
