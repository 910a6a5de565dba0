// The server of the client's suite in a process of its own, until its parent has gone.
import { answering } from "./answering.js";

const { url } = await answering();
process.on("disconnect", () => process.exit());
process.send?.(url);
