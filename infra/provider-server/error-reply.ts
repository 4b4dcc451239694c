import { status } from "@grpc/grpc-js";

/**
 * Bytes of an error text that travel safely: it goes in an HTTP/2 trailer of at most 64 KiB, in which a byte that is not
 * plain ASCII takes three.
 */
const messageLimit = 16_000;

/** The error as the engine shows it: its message alone, the middle left out if it is very long. */
export function errorReply(error: unknown): { code: status; details: string } {
  const message = error instanceof Error ? error.message : String(error);
  return { code: status.UNKNOWN, details: shortened(message) };
}

function shortened(message: string): string {
  if (Buffer.byteLength(message) <= messageLimit) return message;
  const half = Math.floor(messageLimit / 2);
  const bytes = Buffer.from(message);
  const head = bytes
    .subarray(0, half)
    .toString()
    .replace(/\uFFFD+$/, "");
  const tail = bytes
    .subarray(bytes.length - half)
    .toString()
    .replace(/^\uFFFD+/, "");
  return `${head}\n… ${bytes.length - 2 * half} bytes left out …\n${tail}`;
}
