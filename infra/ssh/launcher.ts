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
  const skip = `while IFS= read -r l && [ "$l" != "${scriptStart}" ]; do :; done`;
  return {
    command: `sudo -S -p '' ${limit}sh -c '${skip}; exec sh -s "$0" "$@"' ${label}`,
    stdin: `${password}\n${scriptStart}\n${script}`,
  };
}
