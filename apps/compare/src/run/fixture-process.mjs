// Stands in for the process of a candidate in a test: it crashes, blocks or reports, by the name of the case.
process.on("message", ({ run }) => {
  if (run === "crashes") {
    throw new RangeError("this process was told to crash");
  }
  if (run === "hangs") for (;;);
  process.send({ last: { status: "passed" } });
});
process.send({});
