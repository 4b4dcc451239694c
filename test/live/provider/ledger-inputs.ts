import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ledgerToken } from "../../../infra/ledger/ledger-contract";
import type { Properties } from "../../../infra/provider-server/property-value";
import { type Engine, startEngine } from "./engine";
import type { OwnSshd } from "./own-sshd";

export const ledgerExecutable = resolve(__dirname, "../../../infra/provider/pulumi-resource-deeptrace");

export function startLedgerProvider(environment: NodeJS.ProcessEnv = {}): Promise<Engine> {
  return startEngine(ledgerExecutable, ledgerToken, environment);
}

/** The password in the configuration below; it must show nowhere. */
export const configSecret = "config-password-7f3a";
const configText = `[sender]\nbatch_size = 1024\n[sender.elastic]\npassword = "${configSecret}"\n`;

/** A host's part that a ledger watches: a configuration file and a word on its service. */
export class WatchedPart {
  constructor(readonly directory: string) {
    mkdirSync(directory, { recursive: true });
    this.heal();
  }

  heal(): void {
    this.configure(configText);
    this.say("active");
  }

  configure(text: string, mode = 0o600): void {
    writeFileSync(join(this.directory, "deeptrace.toml"), text);
    chmodSync(join(this.directory, "deeptrace.toml"), mode);
  }

  /** What the probe tells of the service. */
  say(service: string): void {
    writeFileSync(join(this.directory, "service"), `${service}\n`);
  }

  /** The configuration with one value changed by hand. */
  alter(): void {
    this.configure(configText.replace("1024", "10"));
  }

  /** Inputs of this part's ledger. */
  inputs(target: Properties, more: Properties = {}): Properties {
    const file = join(this.directory, "deeptrace.toml");
    return {
      agent: "a1",
      target: { host: "127.0.0.1", become: false, ...target },
      probe: [
        `echo "config.attributes=$(stat -c '%04a' ${file} | sed 's/^0*/0/') own"`,
        `echo "config.base64=$(base64 -w 0 < ${file})"`,
        `echo "service=$(cat ${join(this.directory, "service")})"`,
      ].join("\n"),
      desired: { config: "sha256:0123456789ab 0600 own", service: "active" },
      configText,
      settings: '[sender]\nbatch_size = 1024\n\n[sender.elastic]\npassword = "[secret]"\n',
      place: "systemd on 127.0.0.1",
      teardown: {
        script: `[ "$2" = delete ] && rm -r ${this.directory}`,
        timeLimitSeconds: 10,
        removes: [this.directory],
      },
      onUnreachable: "fail",
      ...more,
    };
  }
}

/** How a ledger reaches the test's sshd. */
export function targetOf(sshd: OwnSshd): Properties {
  return { port: sshd.port, user: sshd.user, privateKey: sshd.privateKey };
}
