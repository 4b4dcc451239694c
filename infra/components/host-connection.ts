import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { SshTarget } from "../ledger/ledger-contract";

type ConnectionArgs = types.input.remote.ConnectionArgs;

/** The ledger has been there before, so a host that does not answer soon is gone; the defaults would try ten times. */
const dialLimits = { dialErrorLimit: 3, perDialTimeout: 10 };

/** How the command provider reaches a host: as the ledger did, and only if it and its proxy show the keys that the ledger holds them to. */
export function hostConnection(
  target: SshTarget,
  hostKey: pulumi.Input<string>,
  proxyHostKey: pulumi.Input<string> | undefined,
): ConnectionArgs {
  const { proxy } = target;
  return {
    ...login(target),
    hostKey,
    ...(proxy && { proxy: { ...login(proxy), ...(proxyHostKey !== undefined && { hostKey: proxyHostKey }) } }),
  };
}

function login({
  host,
  port,
  user,
  password,
  privateKey,
  privateKeyPassword,
}: Omit<SshTarget, "proxy">): ConnectionArgs {
  return {
    host,
    port,
    user,
    ...dialLimits,
    ...(password !== undefined && { password: pulumi.secret(password) }),
    ...(privateKey !== undefined && { privateKey: pulumi.secret(privateKey) }),
    ...(privateKeyPassword !== undefined && { privateKeyPassword: pulumi.secret(privateKeyPassword) }),
  };
}
