import { registerStoreConformance } from "@oncekey/conformance";
import { describe, it } from "vitest";
import fixture from "./fixture.js";

registerStoreConformance(fixture(), { describe, it });
