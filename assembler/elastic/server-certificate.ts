import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { connect } from "node:tls";
import { ElasticError } from "./elastic-error";

const timeoutMs = 10_000;
/** A chain has two or three certificates; a longer one is somebody's joke. */
const longestChain = 10;

/**
 * The certificate of the authority with this SHA-256 fingerprint, in PEM, out of the chain that a server presents; to be
 * trusted as if it had come in a file. Throws ElasticError that names what was presented instead.
 */
export async function authorityByFingerprint(url: string, fingerprint: string): Promise<string> {
  const chain = await presentedChain(url);
  const wanted = plain(fingerprint);
  const found = chain.find((certificate) => plain(certificate.fingerprint256) === wanted);
  if (found !== undefined) return found.toString();
  throw new ElasticError(
    "denied",
    `elastic.ca_fingerprint ${fingerprint} is that of no certificate which ${url} presents: ${describeChain(chain)}`,
  );
}

/** What a server presents, in words; says so when it presents nothing. Never throws. */
export async function describePresented(url: string): Promise<string> {
  try {
    return describeChain(await presentedChain(url));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function describeChain(chain: readonly X509Certificate[]): string {
  if (chain.length === 0) return "no certificate";
  return chain
    .map(({ subject, issuer, fingerprint256, validTo }) => {
      const names = `${oneLine(subject)}, issued by ${oneLine(issuer)}`;
      return `${names}, valid until ${validTo}, SHA-256 ${fingerprint256}`;
    })
    .join("; ");
}

/** From the server's own certificate to the last one it sent. Nothing is sent to the server: it is not trusted yet. */
function presentedChain(url: string): Promise<X509Certificate[]> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve, reject) => {
    const failed = (reason: string) =>
      reject(new ElasticError("unreachable", `no certificate to be had from ${url}: ${reason}`));
    const socket = connect({
      host,
      port: Number(port || 443),
      rejectUnauthorized: false,
      ...(isIP(host) === 0 ? { servername: host } : {}),
    });
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    socket.once("error", (error) => failed(error.message));
    socket.once("close", () => failed("it hung up"));
    socket.once("secureConnect", () => {
      const chain: X509Certificate[] = [];
      let next = socket.getPeerX509Certificate();
      while (next !== undefined && chain.length < longestChain) {
        chain.push(next);
        next = next.issuerCertificate?.fingerprint256 === next.fingerprint256 ? undefined : next.issuerCertificate;
      }
      resolve(chain);
      socket.destroy();
    });
  });
}

function plain(fingerprint: string): string {
  return fingerprint.replaceAll(":", "").toLowerCase();
}

function oneLine(name: string | undefined): string {
  return (name ?? "nobody").replaceAll("\n", ", ").slice(0, 200);
}
