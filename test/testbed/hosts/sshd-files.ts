import { existsSync } from "node:fs";

/** Where distributions put the program behind `sftp`. */
const SFTP_SERVERS = ["/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server", "/usr/lib/ssh/sftp-server"];

/** Settings of an sshd that serves one user on a loopback port, by key. */
export function sshdConfig(directory: string, port: number): string {
  return `Port ${port}
ListenAddress 127.0.0.1
HostKey ${directory}/host-key
AuthorizedKeysFile ${directory}/authorized_keys
PidFile none
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
UsePAM no
StrictModes no
UseDNS no
MaxStartups 500
MaxSessions 100
PrintMotd no
PrintLastLog no
Subsystem sftp ${SFTP_SERVERS.find((file) => existsSync(file)) ?? "internal-sftp"}
ForceCommand /bin/sh ${directory}/session.sh
`;
}

/** Each login's first command: moves it to the host's own home, with the host's own environment. */
export function sessionScript(environment: Record<string, string>): string {
  const quoted = Object.entries(environment).map(
    ([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`,
  );
  return `${quoted.join("\n")}
cd "$HOME" || exit 1
if [ -n "\${SSH_ORIGINAL_COMMAND:-}" ]; then exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"; fi
exec /bin/sh -l
`;
}
