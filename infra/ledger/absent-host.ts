import { isSilence, SshError } from "../ssh/ssh-fault";

/** What stands for a host where it should be: nobody who answers, or another machine. */
export type Absence = "silence" | "another machine";

/**
 * Whether a failed visit means that the host is not there. A proxy that shows another key says nothing about the host.
 * @param error as `host-visit.ts` throws it, with the SshError as its cause.
 */
export function absenceIn(error: unknown): { absence: Absence; cause: SshError } | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof SshError)) return undefined;
  if (isSilence(cause.fault)) return { absence: "silence", cause };
  const isAnother = cause.fault.kind === "host-key-changed" && cause.hop === "host";
  return isAnother ? { absence: "another machine", cause } : undefined;
}
