import { readFileSync, rmSync } from "node:fs";
import { mustRun } from "../processes/run-command";

export interface KeyPair {
  /** OpenSSH form, no passphrase. */
  privateKey: string;
  /** `ssh-ed25519 AAAA…`, without a comment. */
  publicKey: string;
}

/** Makes an ed25519 key pair in `file` and `file.pub`, in place of one that is there. */
export async function makeKeyPair(file: string): Promise<KeyPair> {
  rmSync(file, { force: true });
  await mustRun(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file]);
  return { privateKey: readFileSync(file, "utf8"), publicKey: readFileSync(`${file}.pub`, "utf8").trim() };
}
