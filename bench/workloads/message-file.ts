import type { Exchange } from "../../assembler/correlate/algorithm";
import { identifiersOf } from "../../assembler/correlate/identifiers";
import { type KnownCall, type KnownRequest, observedProcess, type Workload } from "./workload";

interface Message {
  tgid: number;
  pid: number;
  timestamp_ns: number;
  quintuple: { dst_addr: number; dst_port: number };
  direction: "Ingress" | "Egress";
  payload: string;
  protocol: string;
}

interface Exchanged {
  req: Message;
  resp: Message;
}

/** Says which trace a request belongs to; not only its case differs between services. */
const traceHeader = /^x-request-id:\s*(\S+)/im;
const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/** `GET /item/17 e4d909c2-90d0-4b5c-b1a2-…` -> `GET /item/00 <uuid>`: nothing is left that tells requests apart. */
export function maskIdentifiers(payload: string): string {
  return payload.replace(uuid, "<uuid>").replace(/\d/g, "0");
}

/**
 * A recording of raw messages, `{spans: [{req, resp}]}`, with the truth in the header `X-Request-Id`. Messages without
 * it, as those of name resolution, are left out. With `masked` an algorithm sees payloads without identifiers.
 */
export function readMessageFile(text: string, name: string, masked: boolean): Workload {
  const { spans } = JSON.parse(text) as { spans: Exchanged[] };
  const known = spans.flatMap((exchanged, index) => {
    const trace = traceHeader.exec(exchanged.req.payload)?.[1];
    return trace === undefined ? [] : [{ exchanged, trace, id: String(index) }];
  });
  const requests = new Map<number, KnownRequest[]>();
  const calls = new Map<number, KnownCall[]>();
  const requestIds = new Map<string, string>();
  for (const { exchanged, trace, id } of known)
    if (exchanged.req.direction === "Ingress") requestIds.set(`${exchanged.req.tgid}/${trace}`, id);
  for (const { exchanged, trace, id } of known) {
    const { tgid, direction } = exchanged.req;
    const exchange = exchangeOf(exchanged, id, masked);
    if (!requests.has(tgid)) requests.set(tgid, []);
    if (direction === "Ingress") requests.get(tgid)?.push({ exchange, trace });
    else {
      if (!calls.has(tgid)) calls.set(tgid, []);
      calls.get(tgid)?.push({ exchange, trace, requestId: requestIds.get(`${tgid}/${trace}`) ?? "" });
    }
  }
  const processes = [...calls].map(([tgid, made]) => observedProcess(String(tgid), requests.get(tgid) ?? [], made));
  const starts = known.map(({ exchanged }) => exchanged.req.timestamp_ns);
  const seconds = (starts.reduce((a, b) => Math.max(a, b)) - starts.reduce((a, b) => Math.min(a, b))) / 1e9;
  const traces = new Set(known.map(({ trace }) => trace)).size;
  const family = name.replace(/\d+(-masked)?$/, "");
  return { name: masked ? `${name}-masked` : name, family, load: traces / seconds, spans: known.length, processes };
}

function exchangeOf({ req, resp }: Exchanged, id: string, masked: boolean): Exchange {
  const shown = (payload: string) => (masked ? maskIdentifiers(payload) : payload);
  const firstLine = /^(\S+ \S+)/.exec(shown(req.payload))?.[1] ?? req.protocol;
  const { dst_addr, dst_port } = req.quintuple;
  return {
    id,
    start: req.timestamp_ns,
    end: resp.timestamp_ns,
    thread: req.pid,
    endThread: resp.pid,
    key: req.direction === "Ingress" ? firstLine : `${dst_addr}:${dst_port} ${firstLine}`,
    identifiers: identifiersOf(shown(req.payload)),
  };
}
