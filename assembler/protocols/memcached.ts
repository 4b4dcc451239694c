import { memcachedBinary } from "./memcached-binary";
import type { Protocol } from "./protocol";

const command =
  /^(get|gets|gat|gats|set|add|replace|append|prepend|cas|delete|incr|decr|touch|stats|flush_all|version|verbosity|quit|mg|ms|md|ma|mn|me)(?=[ \r])/;
/** What a response begins with; after a value of a hit comes the next line. */
const word =
  /^(ERROR|CLIENT_ERROR|SERVER_ERROR|STORED|NOT_STORED|EXISTS|NOT_FOUND|DELETED|TOUCHED|VALUE|END|OK|RESET|STAT|VERSION|BUSY|HD|VA|EN|NF|NS|EX|MN|ME)(?=[ \r])/;
const number = /^\d{1,20}\r\n/;
const failed =
  /ERROR$|^BUSY$|^(?:UNKNOWN_COMMAND|OUT_OF_MEMORY|TOO_LARGE|INVALID_ARGUMENTS|NOT_NUMERIC|WRONG_VBUCKET)$/;

/** The text protocol, its meta commands, and the binary one. That a key is not there, or was there before, is no error. */
export const memcached: Protocol = {
  name: "memcached",
  kind: "db",
  looksAt: { request: 32, response: 32 },
  endpointOf(request) {
    return command.exec(request)?.[1] ?? memcachedBinary.endpointOf(request);
  },
  statusOf(response) {
    if (number.test(response)) return "OK";
    return word.exec(response)?.[1] ?? memcachedBinary.statusOf(response);
  },
  isError: (status) => failed.test(status),
};
