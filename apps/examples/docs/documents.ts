import { frameworksOfDemo, frameworksPage } from "./render.js";

const repository = new URL("../../../", import.meta.url);

/** The files that are made of the examples. */
export const documents: readonly { readonly file: URL; readonly render: () => string }[] = [
  { file: new URL("docs/frameworks.md", repository), render: frameworksPage },
  { file: new URL("apps/demo/public/frameworks.json", repository), render: frameworksOfDemo },
];

/** Files whose code is shown piece by piece, in prose that is written by hand. */
export const guides: readonly URL[] = ["docs/webhooks.md", "docs/jobs.md"].map((path) => new URL(path, repository));
