import { show } from "./expect.js";

/** A field of a fixture, whether a value will do, and what it has to be, for whoever wrote another. */
export type FieldRule = readonly [name: string, holds: (value: unknown) => boolean, rule: string];

/** The rules for every fixture. */
const ofEveryFixture: readonly FieldRule[] = [
  ["name", (value) => typeof value === "string" && value !== "", "a name for reports"],
  ["knownFailures", optional(isObject), 'an object such as { "SIZ-06": "see ticket 12" }, or left out'],
];

/** The first field of a fixture that will not do: the value, and what it has to be. */
export function fixtureFlaw(kind: string, fixture: unknown, rules: readonly FieldRule[]): string | undefined {
  if (!isObject(fixture)) return `the fixture is ${show(fixture)}; it has to be ${kind}`;
  const named = typeof fixture["name"] === "string" ? `the fixture ${show(fixture["name"])}` : "the fixture";
  const flaw = fieldFlaw(fixture, [...ofEveryFixture, ...rules]);
  return flaw === undefined ? undefined : `${named}: ${flaw}`;
}

/** The same for any object. */
export function fieldFlaw(object: Fields, rules: readonly FieldRule[]): string | undefined {
  for (const [name, holds, rule] of rules) {
    // A getter or a method of a class counts as well as a field.
    const value: unknown = Reflect.get(object, name);
    if (!holds(value))
      return `${name} is ${typeof value === "function" ? "a function" : show(value)}; it has to be ${rule}`;
  }
  return undefined;
}

type Fields = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

export function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

/** The same rule for a field that may be left out. */
export function optional(holds: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => value === undefined || holds(value);
}
