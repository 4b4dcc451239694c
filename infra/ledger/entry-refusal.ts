/** What a host says when a login succeeds and yet lets nothing run; pure. */
import type { SshTarget } from "./ledger-contract";

/** A command that ended, with what it said on the way. */
export interface EndedCommand {
  stdout: string;
  stderr: string;
  code: number | null;
}

/** sudo's own line if it was sudo that ended the command. */
export function sudoRefusal(target: SshTarget, { stderr, code }: EndedCommand): string | undefined {
  if (!target.become || code === 0) return undefined;
  const words = /^sudo:|not in the sudoers file|not allowed to (run|execute)|sudo: (command )?not found/;
  return stderr
    .trim()
    .split("\n")
    .find((line) => words.test(line));
}

/**
 * Why nothing runs for this user, as the end of a sentence that names the host: sudo, or for a command that cannot fail
 * by itself an expired password or a shell that turns people away. Undefined if it ran.
 */
export function entryRefusal(target: SshTarget, command: EndedCommand): string | undefined {
  if (command.code === 0) return undefined;
  const user = `user "${target.user}"`;
  const sudo = sudoRefusal(target, command);
  if (sudo !== undefined) {
    return `sudo refuses ${user} (${sudo}): check host_password and the user's right to sudo, or set become = false`;
  }
  const lastWords = (command.stderr.trim() || command.stdout.trim()).split("\n").pop() ?? "";
  return (
    `${user} gets in, but no command runs there (exit status ${command.code}: ${lastWords}): ` +
    "check the user's shell and password on the host"
  );
}
