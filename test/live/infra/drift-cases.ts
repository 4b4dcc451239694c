import type { HostLayout } from "../../../infra/host-scripts/host-layout";
import type { Facet } from "../../../infra/ledger/ledger-contract";

/** One thing that somebody does to an agent on a systemd host, by hand. */
export interface DriftCase {
  /** `steps` is the file of the steps itself, which the ledger mends. */
  readonly facet: Facet | "steps";
  readonly by: string;
  readonly alter: (layout: HostLayout) => string;
  /** What a preview shows of that facet. */
  readonly shows: RegExp;
  /** Whether mending it takes another start of the agent. */
  readonly restarts?: true;
}

/** Until the agent has run for three seconds: starts are known to the second. */
const hasRunForAWhile = (unit: string) =>
  `until [ "$(ps -o etimes= -p "$(systemctl show ${unit} -p MainPID --value)")" -ge 3 ]; do :; done`;

/** Does something, starts the agent anew, and undoes it, so that the agent runs what is no longer there. */
const startedWith = (unit: string, file: string, change: string) =>
  `cp -p ${file} /root/kept && ${change} && systemctl restart ${unit} && ${hasRunForAWhile(unit)} && cat /root/kept > ${file}`;

export const driftCases: readonly DriftCase[] = [
  {
    facet: "source",
    by: "an edited script",
    alter: ({ sourceDirectory }) => `echo >> ${sourceDirectory}/scripts/run_agent.sh`,
    shows: /^at [0-9a-f]{12}, dirty: scripts\/run_agent\.sh$/,
  },
  {
    facet: "source",
    by: "a checkout moved to another commit",
    alter: ({ sourceDirectory }) =>
      `git -c user.name=t -c user.email=t@example.com -C ${sourceDirectory} commit -q --allow-empty -m mine`,
    shows: /^at [0-9a-f]{12} instead of [0-9a-f]{12}$/,
  },
  {
    facet: "source",
    by: "a file of others in the checkout",
    alter: ({ sourceDirectory }) => `touch ${sourceDirectory}/mine`,
    shows: /^at [0-9a-f]{12}, dirty: mine$/,
  },
  {
    facet: "source",
    by: "a removed checkout",
    alter: ({ sourceDirectory }) => `rm -r ${sourceDirectory}`,
    shows: /^absent$/,
  },
  {
    facet: "install",
    by: "an altered program",
    alter: ({ installDirectory }) => `echo >> ${installDirectory}/agent.js`,
    shows: /^installed from [0-9a-f]{12}, altered: agent\.js$/,
  },
  {
    facet: "install",
    by: "a removed and an added file",
    alter: ({ installDirectory }) => `rm ${installDirectory}/VERSION && touch ${installDirectory}/mine`,
    shows: /^installed from [0-9a-f]{12}, altered: VERSION \(missing\), mine \(added\)$/,
  },
  {
    facet: "install",
    by: "a program with another mode",
    alter: ({ installDirectory }) => `chmod 600 ${installDirectory}/agent.js`,
    shows: /^installed from [0-9a-f]{12}, altered: agent\.js \(mode 600\)$/,
  },
  {
    facet: "install",
    by: "a link in place of the program",
    alter: ({ installDirectory }) =>
      `mv ${installDirectory}/agent.js /root/agent.js && ln -s /root/agent.js ${installDirectory}/agent.js`,
    shows: /^installed from [0-9a-f]{12}, altered: agent\.js \(a link\)$/,
  },
  {
    facet: "config",
    by: "an edited value",
    alter: ({ configFile }) => `sed -i 's/^batch_size = .*/batch_size = 7/' ${configFile}`,
    shows: /^altered: sender\.batch_size is 7, should be 1024$/,
  },
  {
    facet: "config",
    by: "a readable secret",
    alter: ({ configFile }) => `chmod 644 ${configFile}`,
    shows: /^sha256:[0-9a-f]{12} 0644 root:root$/,
  },
  {
    facet: "config",
    by: "another owner",
    alter: ({ configFile }) => `chown nobody:nogroup ${configFile}`,
    shows: /^sha256:[0-9a-f]{12} 0600 nobody:nogroup$/,
  },
  {
    facet: "config",
    by: "a link in place of the configuration",
    alter: ({ configFile }) => `mv ${configFile} /root/mine.toml && ln -s /root/mine.toml ${configFile}`,
    shows: /^sha256:[0-9a-f]{12} 0777 root:root symbolic link$/,
  },
  {
    facet: "config",
    by: "a directory that others may write to",
    alter: ({ configDirectory }) => `chmod 777 ${configDirectory}`,
    shows: /^sha256:[0-9a-f]{12} 0600 root:root in a directory 0777 root:root$/,
  },
  {
    facet: "config",
    by: "a removed configuration",
    alter: ({ configFile }) => `rm ${configFile}`,
    shows: /^absent$/,
  },
  {
    facet: "service",
    by: "a disabled, edited and overridden unit",
    alter: ({ unit, unitFile }) =>
      `systemctl disable ${unit} 2>/dev/null && echo '# mine' >> ${unitFile} && ` +
      `mkdir -p ${unitFile}.d && printf '[Service]\\nNice=5\\n' > ${unitFile}.d/own.conf && systemctl daemon-reload`,
    shows:
      /^active, disabled, unit file altered, overridden by \/etc\/systemd\/system\/deeptrace-agent@\w\.service\.d\/own\.conf, runs [0-9a-f]{12} with config [0-9a-f]{12}$/,
  },
  {
    facet: "service",
    by: "an overridden unit that was started so",
    alter: ({ unit, unitFile }) =>
      `mkdir -p ${unitFile}.d && printf '[Service]\\nNice=5\\n' > ${unitFile}.d/own.conf && systemctl daemon-reload && systemctl restart ${unit}`,
    shows: /^active, enabled, overridden by \S+own\.conf, runs /,
    restarts: true,
  },
  {
    facet: "service",
    by: "a stopped agent",
    alter: ({ unit }) => `systemctl stop ${unit}`,
    shows: /^inactive \(stopped\), enabled$/,
    restarts: true,
  },
  {
    facet: "service",
    by: "a crashed agent that systemd gave up",
    alter: ({ unit }) =>
      `d=/run/systemd/system/${unit}.d; mkdir $d && printf '[Service]\\nRestart=no\\n' > $d/no.conf && systemctl daemon-reload && ` +
      `systemctl kill -s KILL ${unit} && until systemctl is-failed -q ${unit}; do :; done; rm -r $d && systemctl daemon-reload`,
    shows: /^failed \(signal\), enabled$/,
    restarts: true,
  },
  {
    facet: "service",
    by: "a masked unit",
    alter: ({ unit, unitFile }) => `systemctl stop ${unit} && rm ${unitFile} && systemctl mask -q ${unit}`,
    shows: /^inactive \(stopped\), masked$/,
    restarts: true,
  },
  {
    facet: "service",
    by: "a removed unit file",
    alter: ({ unitFile }) => `rm ${unitFile} && systemctl daemon-reload`,
    shows: /^active, disabled, unit file missing, runs /,
  },
  {
    facet: "service",
    by: "a second copy beside the agent",
    alter: ({ stateDirectory }) =>
      `systemd-run -q --collect --setenv=DEEPTRACE_STATE=${stateDirectory} --unit=mine /bin/sleep 1000`,
    shows: /^active, enabled, runs \S+ with config \S+, another copy runs as process \d+$/,
  },
  {
    facet: "service",
    by: "an agent started by hand in place of the unit",
    alter: ({ unit, sourceDirectory, installDirectory, configFile, stateDirectory }) =>
      `systemctl stop ${unit} && systemd-run -q --collect --unit=mine --setenv=DEEPTRACE_PREFIX=${installDirectory} ` +
      `--setenv=DEEPTRACE_CONFIG=${configFile} --setenv=DEEPTRACE_STATE=${stateDirectory} ${sourceDirectory}/scripts/run_agent.sh`,
    shows: /^inactive \(stopped\), enabled, another copy runs as process \d+$/,
    restarts: true,
  },
  {
    facet: "service",
    by: "an agent that runs an old configuration",
    alter: ({ unit, configFile }) =>
      startedWith(unit, configFile, `sed -i 's/^batch_size = .*/batch_size = 7/' ${configFile}`),
    shows: /^active, enabled, runs \S+ with config \S+, older than the file$/,
    restarts: true,
  },
  {
    facet: "service",
    by: "an agent that runs an old program",
    alter: ({ unit, installDirectory }) =>
      startedWith(unit, `${installDirectory}/agent.js`, `echo '// mine' >> ${installDirectory}/agent.js`),
    shows: /^active, enabled, runs \S+ with config \S+, older than the program$/,
    restarts: true,
  },
  {
    facet: "steps",
    by: "an edited file of steps",
    alter: ({ stepsFile }) => `echo 'touch /root/mine' >> ${stepsFile}`,
    shows: /^altered$/,
  },
  {
    facet: "steps",
    by: "a removed file of steps",
    alter: ({ stepsFile }) => `rm ${stepsFile}`,
    shows: /^absent$/,
  },
];
