import * as pulumi from "@pulumi/pulumi";
import { type Facet, type LedgerInputs, ledgerToken, type SshTarget } from "../ledger/ledger-contract";
import { providerVersion } from "../provider/provider-identity";

/** The record of what the stack last knew of one host's part; its provider looks there on every refresh. See `infra/ledger`. */
export class Ledger extends pulumi.CustomResource {
  /** The key the host is held to, pinned on first contact if none was given. */
  declare readonly hostKey: pulumi.Output<string>;
  /** The same of its proxy; nothing if it has none. */
  declare readonly proxyHostKey: pulumi.Output<string>;
  /** How often each facet was found drifted, plus one; a command that has it in its text runs again when that facet has drifted. */
  declare readonly epochs: pulumi.Output<Partial<Record<Facet, number>>>;
  /** What the last refresh saw. */
  declare readonly observed: pulumi.Output<Partial<Record<Facet | "steps", string>>>;

  constructor(name: string, args: LedgerInputs, opts: pulumi.CustomResourceOptions) {
    const { target, configText, ...open } = args;
    const inputs = {
      ...open,
      target: secretTarget(target),
      configText: configText === undefined ? undefined : pulumi.secret(configText),
      hostKey: undefined,
      proxyHostKey: undefined,
      epochs: undefined,
      observed: undefined,
    };
    super(ledgerToken, name, inputs, { ...opts, version: providerVersion });
  }
}

/** The same target with its credentials marked as secrets, so that they are encrypted in the state. */
function secretTarget({ proxy, ...target }: SshTarget): pulumi.Inputs {
  return { ...secretCredentials(target), ...(proxy && { proxy: secretCredentials(proxy) }) };
}

function secretCredentials(login: Omit<SshTarget, "proxy">): pulumi.Inputs {
  const { password, privateKey, privateKeyPassword, ...open } = login;
  return {
    ...open,
    ...(password !== undefined && { password: pulumi.secret(password) }),
    ...(privateKey !== undefined && { privateKey: pulumi.secret(privateKey) }),
    ...(privateKeyPassword !== undefined && { privateKeyPassword: pulumi.secret(privateKeyPassword) }),
  };
}
