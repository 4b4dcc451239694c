import { bigEndian, byteAt } from "./wire-numbers";

const headerLength = 24;
const requestMagic = 0x80;
const responseMagic = 0x81;

const opcodes = (
  "get set add replace delete increment decrement quit flush getq noop version getk getkq append prepend stat " +
  "setq addq replaceq deleteq incrementq decrementq quitq flushq appendq prependq verbosity touch gat gatq"
).split(" ");
const sasl = ["sasl_list_mechs", "sasl_auth", "sasl_step"];
const firstSasl = 0x20;

const statuses = [
  "OK",
  "NOT_FOUND",
  "EXISTS",
  "TOO_LARGE",
  "INVALID_ARGUMENTS",
  "NOT_STORED",
  "NOT_NUMERIC",
  "WRONG_VBUCKET",
  "AUTH_ERROR",
  "AUTH_CONTINUE",
];
const firstServerStatus = 0x81;
const serverStatuses = ["UNKNOWN_COMMAND", "OUT_OF_MEMORY"];

/** Memcached's binary protocol: a header of 24 bytes. The magic byte is not allowed in UTF-8, so it is mostly lost. */
export const memcachedBinary = {
  endpointOf(request: string): string {
    if (!hasMagic(request, requestMagic)) return "";
    const opcode = byteAt(request, 1);
    return opcodes[opcode] ?? sasl[opcode - firstSasl] ?? "";
  },
  statusOf(response: string): string {
    if (!hasMagic(response, responseMagic) || byteAt(response, 6) !== 0) return "";
    const status = byteAt(response, 7);
    // Those that are lost are from 0x80 on, and all of these are the server's fault.
    if (status === -1) return "SERVER_ERROR";
    if (status >= firstServerStatus) return serverStatuses[status - firstServerStatus] ?? "SERVER_ERROR";
    return statuses[status] ?? "";
  },
};

function hasMagic(message: string, magic: number): boolean {
  const first = byteAt(message, 0);
  // Data type, always 0, and a length of the key that is allowed.
  const isHeader = message.length >= headerLength && byteAt(message, 5) === 0 && bigEndian(message, 2, 2) <= 250;
  return isHeader && (first === magic || first === -1);
}
