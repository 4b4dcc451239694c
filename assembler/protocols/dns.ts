import type { Protocol } from "./protocol";
import { bigEndian, byteAt } from "./wire-numbers";

const types: Readonly<Record<number, string>> = {
  1: "A",
  2: "NS",
  5: "CNAME",
  6: "SOA",
  12: "PTR",
  15: "MX",
  16: "TXT",
  28: "AAAA",
  33: "SRV",
  35: "NAPTR",
  43: "DS",
  48: "DNSKEY",
  52: "TLSA",
  64: "SVCB",
  65: "HTTPS",
  252: "AXFR",
  255: "ANY",
  257: "CAA",
};
const codes = "NOERROR FORMERR SERVFAIL NXDOMAIN NOTIMP REFUSED YXDOMAIN YXRRSET NXRRSET NOTAUTH NOTZONE".split(" ");
/** Where the question may begin: after the header, behind a length of 2 bytes on TCP, or where lost bytes drew together. */
const questionPlaces = [12, 11, 10, 14, 13];
const label = /^[a-z0-9_*-]{1,63}$/i;
/** Digits, with signs between them; digests and UUIDs. */
const value = /^(?:\d[\d-]*|(?=.*\d)[0-9a-f-]{12,})$/;
const longestName = 255;
/** The lower half of the flags, counted back from the question. */
const codeOffset = 9;
const internet = 1;

/**
 * DNS over UDP and TCP. A name that does not exist is an answer, not an error: whoever searches a list of domains gets
 * several for each hit.
 */
export const dns: Protocol = {
  name: "dns",
  kind: "dns",
  endpointOf: (request) => questionOf(request)?.endpoint ?? "",
  statusOf(response) {
    const question = questionOf(response);
    const flags = question === undefined ? -1 : byteAt(response, question.at - codeOffset);
    return flags === -1 ? "" : (codes[flags & 0xf] ?? "");
  },
  isError: (status) => status !== "NOERROR" && status !== "NXDOMAIN",
};

interface Question {
  /** `A shop.example.org`; names of one kind are equal in any case. */
  readonly endpoint: string;
  readonly at: number;
}

function questionOf(message: string): Question | undefined {
  for (const at of questionPlaces) {
    if (bigEndian(message, at - 8, 2) !== 1) continue;
    const endpoint = readQuestion(message, at);
    if (endpoint !== "") return { endpoint, at };
  }
  return undefined;
}

function readQuestion(message: string, start: number): string {
  const labels: string[] = [];
  let at = start;
  for (let length = byteAt(message, at); length !== 0; length = byteAt(message, at)) {
    const text = message.slice(at + 1, at + 1 + length);
    if (length === -1 || text.length !== length || !label.test(text) || at - start > longestName) return "";
    labels.push(text.toLowerCase());
    at += length + 1;
  }
  const type = types[bigEndian(message, at + 1, 2)];
  if (type === undefined || bigEndian(message, at + 3, 2) !== internet) return "";
  return `${type} ${nameOf(labels)}`;
}

/** Addresses and ids are values: of a reverse look-up the zone counts, and labels that look like them become `*`. */
function nameOf(labels: readonly string[]): string {
  if (labels.length === 0) return ".";
  const isReverse = labels.at(-1) === "arpa";
  return isReverse ? labels.slice(-2).join(".") : labels.map((text) => (value.test(text) ? "*" : text)).join(".");
}
