/**
 * Serves the repositories below a folder by the git protocol: one `git daemon` per connection. As a server of its own it
 * lets five connections wait, and a fleet that clones all at once is cut off.
 *
 *   node git-server.mjs FOLDER ADDRESS PORT
 */
import { spawn } from "node:child_process";
import { createServer } from "node:net";

const [folder, host, port] = process.argv.slice(2);
const command = ["daemon", "--inetd", "--export-all", `--base-path=${folder}`];

createServer({ pauseOnConnect: true }, (socket) => {
  socket.on("error", () => {});
  const daemon = spawn("git", command, { stdio: [socket, socket, "inherit"] });
  daemon.on("error", (error) => console.error(error.message));
  // It has the connection to itself from here on.
  daemon.on("spawn", () => socket.destroy());
}).listen({ host, port: Number(port), backlog: 512 });
