import { assemblerBundle } from "./host-layout";
import { agentEnvironment, type ManagedProgram } from "./managed-program";
import { unitMark } from "./unit-mark";

/** What any program of ours can do without. */
const sealed = `NoNewPrivileges=yes
ProtectSystem=strict
PrivateTmp=yes
PrivateDevices=yes
PrivateMounts=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
UMask=0077`;

/** The unit file of a program under systemd. */
export function unitText(program: ManagedProgram): string {
  return program.kind === "agent" ? agentUnit(program) : assemblerUnit(program);
}

/**
 * An agent attaches to processes of other users, by ptrace or eBPF, so it is root with the capabilities for that and no others: CAP_BPF and
 * CAP_PERFMON do for eBPF from Linux 5.8 on. It writes only to its state directory and may pin what it loads.
 */
function agentUnit({ owner: { name, layout } }: ManagedProgram): string {
  const environment = Object.entries(agentEnvironment(layout)).map(([key, path]) => `Environment=${key}=${path}`);
  return `${unitMark(name)}
[Unit]
Description=DeepTrace agent ${name}
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=exec
WorkingDirectory=${layout.sourceDirectory}
${environment.join("\n")}
ExecStart=${layout.sourceDirectory}/scripts/run_agent.sh
SyslogIdentifier=deeptrace-agent
Restart=on-failure
RestartSec=2
KillMode=mixed
TimeoutStopSec=20
ReadWritePaths=${layout.stateDirectory} -/sys/fs/bpf
CapabilityBoundingSet=CAP_SYS_PTRACE CAP_BPF CAP_PERFMON CAP_SYS_RESOURCE CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_KILL CAP_SYSLOG
${sealed}
ProtectHome=read-only
ProtectKernelTunables=yes
ProtectProc=default
SystemCallFilter=~@clock @cpu-emulation @module @mount @obsolete @raw-io @reboot @swap
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
}

/**
 * The assembler talks to Elasticsearch and to nothing else on its host: a user of its own, made for as long as it runs. systemd passes a credential
 * on only at the start, so a reload gives the changed file to that user by another way. A core dump would hold the password.
 */
function assemblerUnit({ owner: { name, layout }, node }: ManagedProgram): string {
  const fresh = "/run/deeptrace-assembler/assembler.toml";
  const command = node.startsWith("/") ? node : `/usr/bin/env ${node}`;
  return `${unitMark(name)}
[Unit]
Description=DeepTrace assembler
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=all
WatchdogSec=60
WatchdogSignal=SIGKILL
DynamicUser=yes
RuntimeDirectory=deeptrace-assembler
RuntimeDirectoryMode=0700
LoadCredential=assembler.toml:${layout.configFile}
ExecStart=${command} ${assemblerBundle(layout)} --config \${CREDENTIALS_DIRECTORY}/assembler.toml --reload-from ${fresh}
ExecReload=+/bin/sh -c 'install -m 400 -o "$(stat -c %%u /proc/$MAINPID)" ${layout.configFile} ${fresh} && kill -HUP $MAINPID'
Restart=on-failure
RestartSec=2
KillMode=mixed
TimeoutStopSec=30
CapabilityBoundingSet=
${sealed}
ProtectHome=yes
ProtectProc=invisible
ProcSubset=pid
ProtectKernelTunables=yes
PrivateUsers=yes
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
}
