// Packs what would be published, once, for the checks that look at it.   tsx tools/checks/tarballs.ts
import { report } from "../lib/report.js";
import { packTarballs } from "../lib/tarballs.js";

report((await packTarballs()).map(({ name }) => ({ subject: name, problems: [] })));
