import { brokenStores, protectFixture } from "../../src/index.js";
import memory from "./memory.js";

/** A sound store, one that breaks RAC-01 and others, and a binding. */
export default async () => [
  memory,
  ...brokenStores.filter(({ name }) => name === "looks-then-creates").map((broken) => broken.fixture()),
  () => protectFixture("protect"),
];
