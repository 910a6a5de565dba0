import { registerBindingConformance } from "@oncekey/conformance";
import { describe, it } from "vitest";
import { serve } from "./serve.js";

registerBindingConformance({ name: "acme", start: serve }, { describe, it });
