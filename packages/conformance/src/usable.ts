import type { NamedFixture, Suite } from "./case.js";
import { show } from "./expect.js";
import { FixtureError } from "./fixture-error.js";
import { asError, within } from "./run.js";

const TRY_OUT_MS = 10_000;

/** What is wrong with a fixture as it is written, as an error; `undefined` where nothing is. */
export function flawOf<Fixture extends NamedFixture>(
  suite: Suite<Fixture>,
  fixture: Fixture,
): FixtureError | undefined {
  const flaw = suite.flaw(fixture);
  return flaw === undefined ? undefined : new FixtureError(flaw);
}

/**
 * Uses a fixture once, so that a mistake in it is one failure and not one for each case. Rejects with a
 * {@link FixtureError}.
 */
export async function tryFixture<Fixture extends NamedFixture>(suite: Suite<Fixture>, fixture: Fixture): Promise<void> {
  const cleanups: (() => Promise<void> | void)[] = [];
  const attempt = async () => {
    const flaw = await suite.tryOut(fixture, (cleanup) => void cleanups.push(cleanup));
    if (flaw !== undefined) throw new FixtureError(`the fixture ${show(fixture.name)}: ${flaw}`);
  };
  try {
    await within(TRY_OUT_MS, "opening it", attempt).finally(async () => {
      for (const cleanup of cleanups.reverse()) await within(TRY_OUT_MS, "closing it again", async () => cleanup());
    });
  } catch (error) {
    if (error instanceof FixtureError) throw error;
    throw new FixtureError(`the fixture ${show(fixture.name)}: ${asError(error).message}`, { cause: error });
  }
}
