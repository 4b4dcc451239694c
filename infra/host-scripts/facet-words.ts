import type { ServiceManager } from "../fleet/fleet";
import type { Facet } from "../ledger/ledger-contract";

/**
 * How the facets of a program read when all is well. The probe prints exactly these words then, so a preview line shows what is against what
 * should be.
 */
export interface WellFacets {
  readonly kind: "agent" | "assembler";
  readonly serviceManager: ServiceManager;
  /** Commit of an agent's checkout and installation, SHA-256 of the assembler's program. */
  readonly version: string;
  /** Digest of the configuration without its secrets, 12 hex digits. */
  readonly publicDigest: string;
}

/** As much of a commit or digest as people read. */
function shortVersion(version: string): string {
  return version.slice(0, 12);
}

/** Owner of our files in words: root's where systemd runs things, otherwise whoever logs in, whose name is not known before. */
export function ownerWords(serviceManager: ServiceManager): string {
  return serviceManager === "systemd" ? "root:root" : "own";
}

/** The words for every facet that the program has. */
export function wellFacets({
  kind,
  serviceManager,
  version,
  publicDigest,
}: WellFacets): Partial<Record<Facet, string>> {
  const short = shortVersion(version);
  const enabled = serviceManager === "systemd" ? ", enabled" : "";
  return {
    ...(kind === "agent" && { source: `at ${short}` }),
    install: kind === "agent" ? `installed from ${short}` : `version ${short}`,
    config: `sha256:${publicDigest} 0600 ${ownerWords(serviceManager)}`,
    service: `active${enabled}, runs ${short} with config ${publicDigest}`,
  };
}
