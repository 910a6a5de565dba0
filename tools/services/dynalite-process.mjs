// dynalite in a process of its own, so that it does not share a thread with what it is tested by.
//
//   node dynalite-process.mjs <port>
import dynalite from "dynalite";

const server = dynalite({ createTableMs: 20, deleteTableMs: 0 });
// Its requests are smaller than the first packets of a reply that is slow to end: nothing is to wait for more.
server.on("connection", (socket) => socket.setNoDelay(true));
server.listen(Number(process.argv[2]), "127.0.0.1");
