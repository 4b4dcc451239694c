import type { HostSpec } from "../fleet/fleet";

/** Where on which machine things are; another port or login is still the same machine. */
export function placeOf({ target, serviceManager }: HostSpec): string {
  const home = serviceManager === "process" ? ` of ${target.become ? "root" : target.user}` : "";
  return `${serviceManager}${home} on ${target.host}`;
}
