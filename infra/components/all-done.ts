import * as pulumi from "@pulumi/pulumi";

/**
 * Whether all resources of a chain, each of which needs the one before, came about: true with the last of them, false with the first that fails. What
 * comes after a failed one is never registered, and its outputs stay open for ever. In a preview nobody should wait for it.
 */
export function allDone(chain: readonly pulumi.Resource[]): Promise<boolean> {
  return new Promise((resolve) => {
    chain.forEach((resource, position) => {
      const isLast = position === chain.length - 1;
      pulumi
        .recover(resource.urn, () => "")
        .apply((urn) => {
          if (urn === "" || isLast) resolve(urn !== "");
        });
    });
  });
}
