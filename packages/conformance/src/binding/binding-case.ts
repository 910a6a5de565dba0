import type { CaseContext, ConformanceCase, Level } from "../case.js";
import { type BindingFixture, feature } from "./fixture.js";
import { Probe } from "./probe.js";
import type { BindingFeature } from "./scenario.js";
import { ScriptedApp } from "./scripted-app.js";

/** A rule of `spec/http-behaviour.md` as something that can be run. */
export type BindingCase = ConformanceCase<BindingFixture>;

/** What some cases say about themselves besides. */
export interface BindingCaseExtras {
  /** What the server must be able to do. */
  readonly needs?: readonly BindingFeature[];
}

/** Makes a case whose body speaks to a server of its own, started on an empty store. */
export function bindingCase(
  id: string,
  level: Level,
  title: string,
  body: (probe: Probe) => Promise<void>,
  { needs = [] }: BindingCaseExtras = {},
): BindingCase {
  return { id, level, title, needs: needs.map(feature), run: (context) => runOnServer(context, body) };
}

async function runOnServer(context: CaseContext<BindingFixture>, body: (probe: Probe) => Promise<void>): Promise<void> {
  const app = new ScriptedApp();
  const server = await context.fixture.start(app);
  context.defer(async () => {
    app.close();
    await server.close();
  });
  await body(new Probe(server, context));
}
