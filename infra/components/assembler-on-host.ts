import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { type AssemblerSettings, renderAssemblerToml } from "../../assembler/settings/assembler-settings";
import { configText, shortDigest, withoutSecrets } from "../fleet/agent-config";
import type { HostSpec } from "../fleet/fleet";
import { assemblerInstallScript, assemblerInstallTimeLimitSeconds } from "../host-scripts/assembler-install-script";
import { configScript, configTimeLimitSeconds } from "../host-scripts/config-script";
import { wellFacets } from "../host-scripts/facet-words";
import { assemblerLayout } from "../host-scripts/host-layout";
import { assemblerProgram } from "../host-scripts/managed-program";
import { probeScript } from "../host-scripts/probe-script";
import { serviceScript, serviceTimeLimitSeconds } from "../host-scripts/service-script";
import type { UnreachablePolicy } from "../ledger/ledger-contract";
import type { AssemblerBundle } from "./assembler-bundle";
import { Ledger } from "./ledger";
import { LeftUndone } from "./left-undone";
import { connectionOf, remoteStep } from "./remote-step";
import { placeOf, teardownOf } from "./teardown";

export interface AssemblerOnHostArgs {
  readonly host: HostSpec;
  /** Node.js on that host. */
  readonly node: string;
  readonly settings: Readonly<AssemblerSettings>;
  readonly bundle: AssemblerBundle;
  /** Kept out of what previews show. */
  readonly secretValues: ReadonlySet<string>;
  readonly onUnreachable: UnreachablePolicy;
}

/** The assembler on the server's host: its program is uploaded, then installed, configured and kept running, each with drift of its own. */
export class AssemblerOnHost extends pulumi.ComponentResource {
  constructor(name: string, args: AssemblerOnHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("deeptrace:fleet:Assembler", name, {}, opts);
    const { host, bundle, settings } = args;
    const { serviceManager } = host;
    const { version } = bundle;
    const program = assemblerProgram(assemblerLayout(serviceManager), serviceManager, settings.http, args.node);
    const text = renderAssemblerToml(settings);
    const shown = withoutSecrets(settings, args.secretValues);
    const publicDigest = shortDigest(configText(shown));
    const leftUndone = new LeftUndone(program.owner.label);
    const ledger = leftUndone.speaksForItself(
      new Ledger(
        `${name}-ledger`,
        {
          agent: name,
          place: placeOf(host),
          target: host.target,
          probe: probeScript({ program, version }),
          desired: wellFacets({ kind: "assembler", serviceManager, version, publicDigest }),
          configText: text,
          settings: shown,
          teardown: teardownOf(program),
          onUnreachable: args.onUnreachable,
        },
        { parent: this },
      ),
    );
    // Any user may write there; the installation takes only what has the right digest.
    const uploadPath = `/var/tmp/deeptrace-assembler-${version.slice(0, 16)}.js`;
    const upload = leftUndone.speaksForItself(
      new remote.CopyToRemote(
        `${name}-upload`,
        {
          connection: connectionOf(host, ledger, leftUndone),
          source: new pulumi.asset.FileAsset(bundle.file),
          remotePath: uploadPath,
          // The installation removes what was uploaded, so mending it takes another upload.
          triggers: [leftUndone.guard(ledger.epochs).apply(({ install }) => install), host.target.host],
        },
        { parent: this, deletedWith: ledger },
      ),
    );
    const step = { owner: name, host, ledger, leftUndone };
    const install = remoteStep(this, {
      ...step,
      facet: "install",
      script: assemblerInstallScript({ program, version, uploadPath }),
      timeLimitSeconds: assemblerInstallTimeLimitSeconds,
      after: upload,
    });
    const configured = remoteStep(this, {
      ...step,
      facet: "config",
      script: configScript({ program, text, publicDigest }),
      timeLimitSeconds: configTimeLimitSeconds,
      after: install,
    });
    remoteStep(this, {
      ...step,
      facet: "service",
      script: serviceScript({ program, version, configText: text }),
      timeLimitSeconds: serviceTimeLimitSeconds,
      after: configured,
    });
    this.registerOutputs({});
  }
}
