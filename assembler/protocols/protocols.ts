import { dns } from "./dns";
import { dubbo } from "./dubbo";
import { grpc } from "./grpc";
import { http1 } from "./http1";
import { http2 } from "./http2";
import { kafka } from "./kafka";
import { memcached } from "./memcached";
import { mongodb } from "./mongodb";
import { mysql } from "./mysql";
import { postgresql } from "./postgresql";
import type { Protocol } from "./protocol";
import { redis } from "./redis";
import { thrift } from "./thrift";

/** By label, in lower case and without any other sign than letters and digits. */
const byName: ReadonlyMap<string, Protocol> = new Map([
  ["http", http1],
  ["http1", http1],
  ["http10", http1],
  ["http11", http1],
  ["https", http1],
  ["http2", http2],
  ["http20", http2],
  ["h2", http2],
  ["h2c", http2],
  ["grpc", grpc],
  ["thrift", thrift],
  ["dubbo", dubbo],
  ["redis", redis],
  ["mysql", mysql],
  ["mariadb", mysql],
  ["postgresql", postgresql],
  ["postgres", postgresql],
  ["mongodb", mongodb],
  ["mongo", mongodb],
  ["memcached", memcached],
  ["memcache", memcached],
  ["kafka", kafka],
  ["dns", dns],
]);
/** Labels as they come: few different ones, so that each is looked at once. */
const byLabel = new Map<string, Protocol | undefined>();
const mostLabels = 256;
const longestLabel = 32;

/** Spans of one label come in a row, and mostly share its very string. */
let latest = { label: "", protocol: undefined as Protocol | undefined };

/** What an agent means by a label (`HTTP1`, `HTTP/1`, `Http2`, `gRPC`, `MongoDB`); undefined when it is not known here. */
export function protocolOf(label: string): Protocol | undefined {
  if (label !== latest.label) latest = { label, protocol: find(label) };
  return latest.protocol;
}

function find(label: string): Protocol | undefined {
  const known = byLabel.get(label);
  if (known !== undefined || label.length > longestLabel || byLabel.has(label)) return known;
  const found = byName.get(label.toLowerCase().replace(/[^a-z0-9]/g, ""));
  if (byLabel.size < mostLabels) byLabel.set(label, found);
  return found;
}
