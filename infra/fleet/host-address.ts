import { isIPv4, isIPv6 } from "node:net";
import { z } from "zod";

const label = /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;
const allowed = "an IP address or host name alone, without scheme, user, port or brackets";

/** The address of a machine: IPv4, IPv6 (with its zone, if it needs one) or a host name. */
export const hostSchema = z.string().refine(isHostAddress, { message: allowed }).describe(allowed);

function isHostAddress(text: string): boolean {
  if (text.includes(":")) return isIPv6(text);
  if (/^[0-9.]+$/.test(text)) return isIPv4(text);
  const labels = text.replace(/\.$/, "").split(".");
  return text.length <= 253 && labels.every((part) => label.test(part));
}
