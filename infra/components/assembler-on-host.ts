import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { type AssemblerSettings, renderAssemblerToml } from "../../assembler/settings/assembler-settings";
import { configText, shortDigest, withoutSecrets } from "../fleet/agent-config";
import type { HostSpec } from "../fleet/fleet";
import { configDigest } from "../host-scripts/agent-steps";
import { wellFacets } from "../host-scripts/facet-words";
import { assemblerLayout } from "../host-scripts/host-layout";
import { assemblerProgram } from "../host-scripts/managed-program";
import { facetSteps, specOf } from "../host-scripts/program-steps";
import type { UnreachablePolicy } from "../ledger/ledger-contract";
import type { AssemblerBundle } from "./assembler-bundle";
import { Ledger } from "./ledger";
import { LeftUndone } from "./left-undone";
import { placeOf } from "./place";
import { connectionOf, remoteSteps } from "./remote-step";

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
    const spec = specOf(program, settings.http, version);
    const leftUndone = new LeftUndone(program.owner.label);
    const ledger = leftUndone.speaksForItself(
      new Ledger(
        `${name}-ledger`,
        {
          agent: name,
          place: placeOf(host),
          target: host.target,
          program: spec,
          desired: wellFacets({ kind: "assembler", serviceManager, version, publicDigest }),
          configText: text,
          settings: configText(shown),
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
    const steps = facetSteps(program, {
      install: { values: { version, upload: uploadPath } },
      config: { values: { public_digest: publicDigest }, input: text },
      service: { values: { version }, input: configDigest(text) },
    });
    remoteSteps(this, steps, { owner: name, program, stepsSha256: spec.steps, host, ledger, leftUndone }, upload);
    this.registerOutputs({});
  }
}
