import { X509Certificate } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { mustRun } from "../../../testbed/processes/run-command";

/** Certificates of one test, made by openssl in a directory of their own. */
export class Certificates {
  readonly directory = mkdtempSync(path.join(tmpdir(), "assembler-tls-"));

  file(name: string): string {
    return path.join(this.directory, name);
  }

  /** Makes `NAME.pem` and `NAME.key`. */
  async makeAuthority(name: string): Promise<void> {
    const subject = ["-subj", `/CN=${name}`, "-keyout", this.file(`${name}.key`), "-out", this.file(`${name}.pem`)];
    await mustRun(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject]);
  }

  /** Makes `node.pem` and `node.key` for 127.0.0.1, and `chain.pem` with its authority's behind it. */
  async makeServerCertificate(authority: string): Promise<void> {
    const request = ["-newkey", "rsa:2048", "-nodes", "-subj", "/CN=node", "-keyout", this.file("node.key")];
    await mustRun(["openssl", "req", "-new", ...request, "-out", this.file("node.csr")]);
    writeFileSync(this.file("names"), "subjectAltName=IP:127.0.0.1\n");
    const by = ["-CA", this.file(`${authority}.pem`), "-CAkey", this.file(`${authority}.key`), "-CAcreateserial"];
    const out = ["-days", "2", "-extfile", this.file("names"), "-out", this.file("node.pem")];
    await mustRun(["openssl", "x509", "-req", "-in", this.file("node.csr"), ...by, ...out]);
    writeFileSync(this.file("chain.pem"), this.read("node.pem") + this.read(`${authority}.pem`));
  }

  read(name: string): string {
    return readFileSync(this.file(name), "utf8");
  }

  fingerprintOf(name: string): string {
    return new X509Certificate(this.read(name)).fingerprint256;
  }

  makeDirectory(name: string): string {
    mkdirSync(this.file(name));
    return this.file(name);
  }

  close(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
