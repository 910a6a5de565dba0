/*
 * What Oncekey's own packages check options by, so that they say the same of the same mistake. They are set-up's checks:
 * each mistake is a `TypeError` that names the option, its value and the rule.
 */

/** Refuses what is no object, and names that are no options: a misspelt one would be taken for a default. */
export function requireKnown(where: string, options: object, known: Readonly<Record<string, true>>): void {
  if (typeof options !== "object" || options === null) throw new TypeError(`${where}: expected an object of options`);
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    throw new TypeError(`${where}: ${JSON.stringify(name)} is no option; there are ${Object.keys(known).join(", ")}`);
  }
}

/** Answers the number if it is a whole one of at least `least`. */
export function requireWholeNumber(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new TypeError(`${name}: ${JSON.stringify(value) ?? String(value)} is not a whole number of at least ${least}`);
}

/** Answers the value if it is one of the choices. */
export function requireOneOf<const Choice>(name: string, value: unknown, choices: readonly Choice[]): Choice {
  const choice = choices.find((each) => each === value);
  if (choice !== undefined) return choice;
  const named = choices.map((each) => JSON.stringify(each)).join(", ");
  throw new TypeError(`${name}: ${JSON.stringify(value) ?? String(value)} is none of ${named}`);
}

/** Refuses options that are set and are no functions. */
export function requireFunctions<Options extends object>(
  options: Options,
  names: readonly (keyof Options & string)[],
  prefix = "",
): void {
  for (const name of names) {
    const given: unknown = options[name];
    if (given === undefined || typeof given === "function") continue;
    throw new TypeError(`${prefix}${name}: expected a function`);
  }
}
