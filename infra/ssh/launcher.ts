/**
 * The command line and the stdin by which a script runs on a host, as root where asked. The script travels on stdin,
 * so nothing of it shows in the process list; the sudo password is the line before it.
 */
export interface Launch {
  command: string;
  stdin: string;
}

/** Ends what sudo may or may not have read of stdin, so that a script never sees the password. */
const scriptStart = "#deeptrace";

/** How a script is run, beyond its text. */
export interface LaunchOptions {
  become: boolean;
  /** For sudo; without it sudo must not ask. */
  password?: string | undefined;
  /** After so long the host itself ends the script, whether or not anybody is still connected. */
  timeLimitSeconds?: number;
}

const skipToStart = `while IFS= read -r l && [ "$l" != "${scriptStart}" ]; do :; done`;

/**
 * The script's first argument is the label; words after the command are its further arguments.
 * @param label shown in the process list, e.g. `deeptrace-probe`; a plain word.
 * @param script POSIX shell text.
 */
export function launch(label: string, script: string, options: LaunchOptions): Launch {
  const { become, password, timeLimitSeconds } = options;
  const limit = timeLimitSeconds === undefined ? "" : `timeout -k 10 ${timeLimitSeconds} `;
  const shell = `${limit}sh -s ${label}`;
  if (!become) return { command: shell, stdin: script };
  if (password === undefined) return { command: `sudo -n ${shell}`, stdin: script };
  return {
    command: `sudo -S -p '' ${limit}sh -c '${skipToStart}; exec sh -s "$0" "$@"' ${label}`,
    stdin: `${password}\n${scriptStart}\n${script}`,
  };
}

/** A script that is a file of the host. */
export interface HostFile {
  /** Of letters, digits and `._/-` only; may begin with `$HOME/`. */
  readonly path: string;
  /** 64 hex digits: a file with another content is not run. Absent: whatever is there runs. */
  readonly sha256?: string;
}

/**
 * The same for a script that is on the host already. Its first argument is the label; words after the command are its further arguments.
 * @param input what it takes on stdin; undefined: nothing.
 */
export function launchFile(
  label: string,
  { path, sha256 }: HostFile,
  input: string | undefined,
  { become, password, timeLimitSeconds }: LaunchOptions & { timeLimitSeconds: number },
): { command: string; stdin: string | undefined } {
  const script =
    sha256 === undefined
      ? `exec sh "${path}" "$0" "$@"`
      : `f="${path}"; case $(sha256sum "$f") in ${sha256}*) exec sh "$f" "$0" "$@" ;; esac; ` +
        'echo "$f is not as it was put there: run pulumi up --refresh" >&2; exit 1';
  const shell = (first: string) => `timeout -k 10 ${timeLimitSeconds} sh -c '${first}${script}' ${label}`;
  if (!become) return { command: shell(""), stdin: input };
  if (password === undefined) return { command: `sudo -n ${shell("")}`, stdin: input };
  return {
    command: `sudo -S -p '' ${shell(`${skipToStart}; `)}`,
    stdin: `${password}\n${scriptStart}\n${input ?? ""}`,
  };
}
