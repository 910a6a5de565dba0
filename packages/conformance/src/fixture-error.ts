/** A fixture that no case can be run on. Its message names the value, the rule and the mend. */
export class FixtureError extends TypeError {
  override readonly name = "FixtureError";
}
