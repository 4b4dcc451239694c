import { type Fault, FaultsError } from "./fault";

/** The text of a file in UTF-8, without a byte order mark. Throws {@link FaultsError} with the line of the first byte that is none. */
export function utf8Text(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new FaultsError([notUtf8(file, bytes)]);
  }
}

function notUtf8(file: string, bytes: Uint8Array): Fault {
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const rest = { file, field: "", allowed: "text in UTF-8", fix: "save the file as UTF-8" };
  if (utf16) return { ...rest, line: 1, got: "a file in UTF-16" };
  // What a lenient reader puts for bytes that are no text is the first character that differs when it is written again.
  const lenient = new TextEncoder().encode(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
  const at = bytes.findIndex((byte, index) => byte !== lenient[index]);
  const line = 1 + bytes.subarray(0, at).filter((byte) => byte === 0x0a).length;
  const byte = (bytes[at] ?? 0).toString(16).padStart(2, "0");
  return { ...rest, line, got: `the byte 0x${byte}, which is not UTF-8` };
}
