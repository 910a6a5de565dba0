import type { CaseContext } from "../case.js";
import { show } from "../expect.js";
import { type FieldRule, fieldFlaw, fixtureFlaw, isFunction, isObject, optional } from "../flaw.js";
import type { BindingFixture, RunningBinding } from "./fixture.js";
import { bindingFeatures } from "./scenario.js";
import { ScriptedApp } from "./scripted-app.js";
import { send as sendOverHttp, textOf } from "./wire.js";

const ofFixture: readonly FieldRule[] = [
  ["start", isFunction, "a function that starts a server with the scripted app: async (app) => ({ url, close })"],
  ["lacks", optional(isObject), 'an object such as { compression: "its proxy does that" }, or left out'],
];

const ofServer: readonly FieldRule[] = [
  ["url", isHttpUrl, "where the server listens, such as http://127.0.0.1:8080"],
  ["close", isFunction, "a function that ends the server"],
];

/** What is wrong with a binding's fixture as it is written. */
export function bindingFlaw(fixture: BindingFixture): string | undefined {
  const flaw = fixtureFlaw("a BindingFixture: { name, start }", fixture, ofFixture);
  if (flaw !== undefined) return flaw;
  for (const [feature, reason] of Object.entries(fixture.lacks ?? {})) {
    const named = `the fixture ${show(fixture.name)}: lacks`;
    const known = Object.keys(bindingFeatures).join(", ");
    if (!Object.hasOwn(bindingFeatures, feature))
      return `${named} names ${show(feature)}; it has to be one of ${known}`;
    if (typeof reason !== "string" || reason === "") return `${named}.${feature} has no reason; say it in a few words`;
  }
  return undefined;
}

/** Starts a server, and asks it for the state of a token: its routes of control are the suite's only way in. */
export async function tryBinding(
  fixture: BindingFixture,
  defer: CaseContext<BindingFixture>["defer"],
): Promise<string | undefined> {
  const app = new ScriptedApp();
  const server = await started(fixture, app);
  const flaw = isObject(server) ? fieldFlaw(server, ofServer) : `a promise of ${show(server)}`;
  if (flaw !== undefined) return `start() gives no server: ${flaw}. It has to give { url, close }`;
  defer(async () => {
    app.close();
    await server.close();
  });
  return unanswered(server);
}

async function started(fixture: BindingFixture, app: ScriptedApp): Promise<RunningBinding> {
  try {
    return await fixture.start(app);
  } catch (error) {
    throw new Error(`start() failed, so no case can run. It said: ${show(error)}`, { cause: error });
  }
}

async function unanswered({ url, send = sendOverHttp }: RunningBinding): Promise<string | undefined> {
  const address = `${url.replace(/\/$/, "")}/control/state?token=fixture`;
  const mend = "The server has to run, with the scripted app on it (docs/bindings.md of this package)";
  try {
    const answer = await send(new URL(address), { method: "GET", headers: [] }).answer;
    const text = textOf(answer);
    if (answer.status === 200 && isState(text)) return undefined;
    return `GET ${address} is answered ${answer.status} ${show(text)}, not the state of a token. ${mend}`;
  } catch (error) {
    return `GET ${address} is not answered: ${show(error)}. ${mend}`;
  }
}

function isState(text: string): boolean {
  return /"started"\s*:\s*0\b/.test(text) && /"finished"\s*:\s*0\b/.test(text);
}

function isHttpUrl(value: unknown): boolean {
  return typeof value === "string" && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}
