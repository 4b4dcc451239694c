import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { freePort } from "../free-port";
import { type OwnedProcesses, tailOf } from "../processes/owned-processes";
import { type Requirement, requireCommand } from "../tools/missing-part";
import { waitFor } from "../wait-for";

export const NGINX: Requirement = {
  command: "nginx",
  packageName: "nginx",
  purpose: "the password in front of Elasticsearch",
};

/** A line of nginx' password file: salted SHA-1, the one salted form that nginx checks by itself on every system. */
export function passwordLine(user: string, password: string, salt: Buffer): string {
  const digest = createHash("sha1").update(password).update(salt).digest();
  return `${user}:{SSHA}${Buffer.concat([digest, salt]).toString("base64")}\n`;
}

/** nginx in one process under the caller's own user, everything it writes below `directory`. */
export function gateConfig(directory: string, listen: string[], upstream: string): string {
  return `daemon off;
master_process off;
pid ${directory}/nginx.pid;
error_log stderr warn;
events { worker_connections 2048; }
http {
  access_log off;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  client_max_body_size 0;
  keepalive_requests 1000000;
  upstream elasticsearch {
    server ${upstream};
    keepalive 64;
    keepalive_requests 1000000;
  }
  server {
${listen.map((address) => `    listen ${address};`).join("\n")}
    auth_basic "Elasticsearch";
    auth_basic_user_file ${directory}/passwords;
    location / {
      proxy_pass http://elasticsearch;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header Authorization "";
      proxy_request_buffering off;
      proxy_buffering off;
      proxy_read_timeout 300s;
    }
  }
}
`;
}

export interface GateOptions {
  directory: string;
  /** Addresses to listen on besides loopback. */
  addresses: string[];
  /** `address:port` of Elasticsearch. */
  upstream: string;
  user: string;
  password: string;
}

/** Starts the gate; returns its port, the same on every address. */
export async function openPasswordGate(processes: OwnedProcesses, options: GateOptions): Promise<number> {
  const nginx = requireCommand(NGINX);
  const { directory } = options;
  mkdirSync(directory, { recursive: true });
  const port = await freePort();
  const listen = [...new Set(["127.0.0.1", ...options.addresses])].map((address) => `${address}:${port}`);
  const line = passwordLine(options.user, options.password, randomBytes(8));
  writeFileSync(path.join(directory, "passwords"), line, { mode: 0o600 });
  writeFileSync(path.join(directory, "nginx.conf"), gateConfig(directory, listen, options.upstream));
  const running = await processes.start({
    name: "nginx",
    argv: [nginx, "-p", directory, "-e", "stderr", "-c", path.join(directory, "nginx.conf")],
    directory,
  });
  await waitFor(async () => (await fetch(`http://127.0.0.1:${port}/`)).status === 401, {
    timeoutMs: 15_000,
    what: "nginx to ask for the password",
    hopeless: running.exited.then((how) => `it ${how}:\n${tailOf(running.log)}`),
  });
  return port;
}
