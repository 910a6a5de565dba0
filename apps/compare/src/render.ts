// Writes the documents again, from the results of the last run and the words of today.
import { candidates } from "./candidates/index.js";
import { writeDocuments } from "./report/documents.js";
import { readResults, writeResults } from "./report/results.js";

const results = readResults();
const today = {
  ...results,
  candidates: results.candidates.map((result) => {
    const candidate = candidates.find(({ id }) => id === result.id);
    return candidate === undefined ? result : { ...result, title: candidate.title, about: candidate.about };
  }),
};
writeResults(today);
writeDocuments(today);
