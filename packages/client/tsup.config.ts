import { library } from "../../tsup.base.js";

export default library({
  entry: {
    index: "src/index.ts",
    "file-journal": "src/file-journal/index.ts",
    "indexeddb-journal": "src/indexeddb-journal/index.ts",
    "journal-conformance": "src/journal-conformance/index.ts",
  },
});
