import type { Protocol } from "./protocol";
import { sqlSummary } from "./sql-summary";
import { byteAt, littleEndian } from "./wire-numbers";

/** A packet: three bytes of length, one of its number, then the command or the kind of answer. */
const kindOffset = 4;
const statementOffset = 5;
const query = 0x03;
const prepare = 0x16;

const commands: Readonly<Record<number, string>> = {
  1: "QUIT",
  2: "INIT_DB",
  4: "FIELD_LIST",
  8: "SHUTDOWN",
  9: "STATISTICS",
  14: "PING",
  17: "CHANGE_USER",
  18: "BINLOG_DUMP",
  23: "EXECUTE",
  24: "SEND_LONG_DATA",
  25: "CLOSE",
  26: "RESET",
  27: "SET_OPTION",
  28: "FETCH",
  30: "BINLOG_DUMP_GTID",
  31: "RESET_CONNECTION",
};
const failed = 0xff;
/** After the kind: the error's number, `#` and the state of five characters. */
const state = /^[\s\S]{1,2}#([0-9A-Z]{5})/;

/** The commands of MySQL and MariaDB. A status is the error's number, or its SQL state where the number was lost. */
export const mysql: Protocol = {
  name: "mysql",
  kind: "db",
  looksAt: { response: 32 },
  endpointOf(request) {
    // Commands begin an exchange, so they are its packet 0.
    if (byteAt(request, 3) !== 0) return "";
    const kind = byteAt(request, kindOffset);
    if (kind !== query && kind !== prepare) return commands[kind] ?? "";
    const isCut = littleEndian(request, 0, 3) > request.length - kindOffset;
    const summary = sqlSummary(request.slice(statementOffset), isCut);
    return kind === query ? summary : `PREPARE ${summary}`.trim();
  },
  statusOf(response) {
    if (byteAt(response, 3) < 1) return "";
    const kind = byteAt(response, kindOffset);
    // Success, or the number of columns that follow: more than 127 of them look like any lost byte.
    if (kind >= 0 && kind < 0x80) return "OK";
    const [, sqlState] = state.exec(response.slice(kindOffset + 1, kindOffset + 12)) ?? [];
    if (kind !== failed && sqlState === undefined) return "";
    const number = littleEndian(response, kindOffset + 1, 2);
    return number > 0 ? String(number) : (sqlState ?? "ERR");
  },
  isError: (status) => status !== "OK",
};
