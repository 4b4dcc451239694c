import {
  isPropertyMap,
  type Properties,
  type PropertyValue,
  Unknown,
} from "../../../infra/provider-server/property-value";
import type { ResourceCall } from "../../../infra/provider-server/resource-handler";
import { SshError } from "../../../infra/ssh/ssh-fault";
import type { SshLogin } from "../../../infra/ssh/ssh-login";
import { openSession, type SshSession } from "../../../infra/ssh/ssh-session";

const defaults = { dialErrorLimit: 10, perDialTimeout: 15, port: 22, user: "root" };

/** The connection as the official provider records it: every default written out, the proxy's too. */
export function checkConnection(inputs: Properties): { inputs: Properties; faults: string[] } {
  const { connection } = inputs;
  if (connection instanceof Unknown) return { inputs, faults: [] };
  if (!isPropertyMap(connection)) return { inputs, faults: ["connection is missing"] };
  const filled = withDefaults(connection);
  const faults = connection.host === undefined ? ["connection.host is missing"] : [];
  if (isPropertyMap(filled.proxy)) filled.proxy = withDefaults(filled.proxy);
  return { inputs: { ...inputs, connection: filled }, faults };
}

function withDefaults(login: Properties): Properties {
  const given = Object.entries(login).filter(([, value]) => value !== null);
  return { ...defaults, ...Object.fromEntries(given) };
}

/**
 * Dials until it succeeds or `dialErrorLimit` more tries have failed (-1: for ever), with growing pauses. What never
 * changes by itself, such as an unreadable key, fails at once.
 */
export async function dial(connection: Properties, call: ResourceCall): Promise<SshSession> {
  const login = loginOf(connection);
  const limits = { host: limitOf(connection), proxy: limitOf(isPropertyMap(connection.proxy) ? connection.proxy : {}) };
  const seconds = Number(connection.perDialTimeout ?? defaults.perDialTimeout);
  const options = {
    timeLimitMs: seconds === 0 ? 24 * 3600 * 1000 : seconds * 1000,
    retryPausesMs: [],
    cancelled: call.cancelled,
  };
  const through = login.proxy === undefined ? "" : "proxy: ";
  const failed = { host: 0, proxy: 0 };
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 1.5, 5000)) {
    try {
      return await openSession(login, options);
    } catch (error) {
      if (!(error instanceof SshError)) throw error;
      const { hop, fault, message } = error;
      const final = ["private-key-unusable", "agent-unusable", "host-key-unreadable"].includes(fault.kind);
      if (final || call.cancelled.aborted) throw new Error(`${through}${message}`);
      const limit = limits[hop];
      if (limit >= 0 && failed[hop] >= limit) {
        throw new Error(`${through}after ${failed[hop]} failed attempts: ssh: ${message}`);
      }
      failed[hop] += 1;
      const what = hop === "proxy" ? "Dial proxy" : "Dial";
      call.log.status(`${what} ${failed[hop]}/${limit < 0 ? "inf" : limit} failed: retrying`);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

function limitOf(server: Properties): number {
  return Number(server.dialErrorLimit ?? defaults.dialErrorLimit);
}

function loginOf(connection: Properties): SshLogin {
  const proxy = isPropertyMap(connection.proxy) ? serverLogin(connection.proxy) : undefined;
  return { ...serverLogin(connection), ...(proxy && { proxy }) };
}

function serverLogin(server: Properties): Omit<SshLogin, "proxy"> {
  const agentSocket = text(server.agentSocketPath) ?? text(process.env.SSH_AUTH_SOCK);
  const optional = {
    password: text(server.password),
    privateKey: text(server.privateKey),
    privateKeyPassword: text(server.privateKeyPassword),
    hostKey: text(server.hostKey),
    agentSocket: agentSocket === "" ? undefined : agentSocket,
  };
  const given = Object.entries(optional).filter(([, value]) => value !== undefined);
  return {
    host: String(server.host),
    port: Math.trunc(Number(server.port ?? defaults.port)),
    user: text(server.user) ?? defaults.user,
    ...Object.fromEntries(given),
  };
}

function text(value: PropertyValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
