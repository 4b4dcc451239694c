/** Whether what the program asks of a ledger has the agreed shape; pure. */
import { isPropertyMap, type Properties, type PropertyValue, Unknown } from "../provider-server/property-value";
import { parseHostKey } from "../ssh/host-key";
import { facets, unreachablePolicies } from "./ledger-contract";

type Requirement = { allowed: string; holds: (value: PropertyValue) => boolean; optional?: boolean };

const text: Requirement = { allowed: "a text that is not empty", holds: (v) => typeof v === "string" && v !== "" };
const optionalText: Requirement = { allowed: "a text", holds: (v) => typeof v === "string", optional: true };
const port: Requirement = {
  allowed: "a whole number from 1 to 65535",
  holds: (v) => typeof v === "number" && Number.isInteger(v) && v >= 1 && v <= 65_535,
};
const truth: Requirement = { allowed: "true or false", holds: (v) => typeof v === "boolean" };
const facetTexts: Requirement = {
  allowed: `texts for ${facets.join(", ")}`,
  holds: (v) =>
    isPropertyMap(v) &&
    Object.entries(v).every(
      ([facet, words]) =>
        (facets as readonly string[]).includes(facet) && (typeof words === "string" || words instanceof Unknown),
    ),
};
const hostKey: Requirement = { allowed: '"ssh-ed25519 AAAA…"', holds: isHostKey, optional: true };
const revokedHostKeys: Requirement = {
  allowed: 'a list of "ssh-ed25519 AAAA…"',
  holds: (v) => Array.isArray(v) && v.every(isHostKey),
  optional: true,
};
const teardown: Requirement = {
  allowed: "script, timeLimitSeconds and removes",
  holds: (v) =>
    isPropertyMap(v) &&
    typeof v.script === "string" &&
    typeof v.timeLimitSeconds === "number" &&
    Array.isArray(v.removes),
};
const program: Requirement = {
  allowed: "kind, serviceManager, listens, version and steps",
  holds: (v) =>
    isPropertyMap(v) &&
    ["kind", "serviceManager", "version", "steps"].every((key) => typeof v[key] === "string") &&
    isPropertyMap(v.listens),
};
const policy: Requirement = {
  allowed: unreachablePolicies.join(" or "),
  holds: (v) => unreachablePolicies.some((each) => each === v),
};
const login: Record<string, Requirement> = {
  host: text,
  port,
  user: text,
  password: optionalText,
  privateKey: optionalText,
  privateKeyPassword: optionalText,
  hostKey,
  revokedHostKeys,
};
const own: Record<string, Requirement> = {
  agent: text,
  place: text,
  desired: facetTexts,
  configText: optionalText,
  settings: optionalText,
  onUnreachable: policy,
};

/** What has to be done on the host, by name or in scripts. */
const scripts: Record<string, Requirement> = { probe: text, teardown };

/** One sentence per fault; never with the value of a secret. Unknown values are taken as good. */
export function inputFaults(inputs: Properties): string[] {
  const target = inputs.target;
  const isNamed = inputs.program !== undefined && inputs.program !== null;
  const faults = faultsIn(inputs, "", { ...(isNamed ? { program } : scripts), ...own });
  if (target instanceof Unknown) return faults;
  if (!isPropertyMap(target)) return [...faults, "target is missing: expected how to reach the host"];
  faults.push(...faultsIn(target, "target.", { ...login, become: truth }));
  if (isPropertyMap(target.proxy)) faults.push(...faultsIn(target.proxy, "target.proxy.", login));
  return faults;
}

function faultsIn(map: Properties, prefix: string, requirements: Record<string, Requirement>): string[] {
  return Object.entries(requirements).flatMap(([key, requirement]) => {
    const value = map[key];
    if (value instanceof Unknown) return [];
    if (value === undefined || value === null) {
      return requirement.optional ? [] : [`${prefix}${key} is missing: expected ${requirement.allowed}`];
    }
    return requirement.holds(value) ? [] : [`${prefix}${key} is not ${requirement.allowed}`];
  });
}

function isHostKey(value: PropertyValue): boolean {
  try {
    return typeof value === "string" && parseHostKey(value).type !== "";
  } catch {
    return false;
  }
}
