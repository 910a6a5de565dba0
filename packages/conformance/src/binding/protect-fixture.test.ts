import { describe, it } from "vitest";
import { protectFixture } from "./protect-fixture.js";
import { registerBindingConformance } from "./suite.js";

registerBindingConformance(protectFixture("protect over node:http"), { describe, it });
