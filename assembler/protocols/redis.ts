import type { Protocol } from "./protocol";
import { isRedisCommand } from "./redis-commands";

/** `*2\r\n$3\r\nGET\r\n…`: a command is an array of strings, the first of which is its name. */
const command =
  /^\*\d{1,7}\r\n\$(\d{1,2})\r\n([A-Za-z][\w.-]{0,31})(?:\r\n\$(\d{1,2})\r\n([A-Za-z][A-Za-z-]{0,31})\r\n)?/;
/** Commands whose first argument names what is to be done. */
const containers = new Set(
  "ACL CLIENT CLUSTER COMMAND CONFIG FUNCTION LATENCY MEMORY MODULE OBJECT PUBSUB SCRIPT SLOWLOG XGROUP XINFO".split(
    " ",
  ),
);
/** Commands as a person types them carry no lengths: only those that take no argument are told from data. */
const inline = /^(PING|QUIT|INFO|MULTI|EXEC|DISCARD|MONITOR|DBSIZE|TIME|ROLE)\r\n/i;
/** `-WRONGTYPE Operation …`, or `!21\r\nSYNTAX invalid …`: the first word is the kind. */
const error = /^(?:-|!\d{1,7}\r\n)([A-Z][A-Z0-9_]{1,31})(?=[ \r])/;
const anyError = /^[-!]/;
const reply = /^[+:$*_#,(=%~>]/;

/** RESP, versions 2 and 3. Of commands sent together the first one counts. */
export const redis: Protocol = {
  name: "redis",
  kind: "db",
  looksAt: { request: 128, response: 64 },
  endpointOf(request) {
    const [, length, name = "", nextLength, next = ""] = command.exec(request) ?? [];
    if (name === "") return (inline.exec(request)?.[1] ?? "").toUpperCase();
    if (name.length !== Number(length)) return "";
    const upper = name.toUpperCase();
    if (!isRedisCommand(upper)) return "";
    const isContainer = containers.has(upper) && next !== "" && next.length === Number(nextLength);
    return isContainer ? `${upper} ${next.toUpperCase()}` : upper;
  },
  statusOf(response) {
    if (anyError.test(response)) return error.exec(response)?.[1] ?? "ERR";
    return reply.test(response) ? "OK" : "";
  },
  isError: (status) => status !== "OK",
};
