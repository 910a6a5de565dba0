import type { Guard } from "../guard.js";
import type { RouteOptions } from "../options.js";

/**
 * The guard of a route that sets something for itself.
 *
 * @param where What to call its options in errors.
 * @param methods Of these it must protect one; none if nobody asked for protection here.
 * @throws TypeError for wrong options, and for those that protect nothing.
 */
export function routeGuard<Req>(
  base: Guard<Req>,
  options: RouteOptions<Req>,
  where: string,
  methods: readonly string[],
): Guard<Req> {
  const guard = named(where, () => base.with(options));
  if (methods.length === 0 || methods.some((method) => guard.covers(method))) return guard;
  throw new TypeError(`${where} protects nothing here; name ${methods.join(" or ")} in methods`);
}

/** Says of which route an option is wrong. */
function named<T>(where: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof TypeError ? new TypeError(`${where}: ${error.message}`, { cause: error }) : error;
  }
}
