throw new Error("no server on port 5432");
