import { protocolOf } from "../../protocols/protocols";
import type { Span } from "../../span/span";
import type { AttributeValue } from "../attributes";

type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

const methodAndPath = /^([A-Z]{3,16}) (\/\S*)$/;
const code = /^[1-5]\d\d$/;
/** A table or a collection is named after one word: `SELECT orders`, but `CREATE TABLE orders`, `DROP INDEX`. */
const onCollection = /^(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|TRUNCATE|[a-z]\w*) (\S+)$/;
const messageTypes: Readonly<Record<string, string>> = { Produce: "send", Fetch: "receive" };

/** How OpenTelemetry's conventions name what a span asked for and how it went, by the kind of its protocol. */
export function protocolAttributes(span: Span): Attributes {
  const protocol = protocolOf(span.protocol);
  const { endpoint, status } = span;
  switch (protocol?.kind) {
    case "rpc":
      return {
        "rpc.system.name": protocol.name,
        "rpc.method": endpoint.replace(/^\//, ""),
        "rpc.response.status_code": status,
      };
    case "db":
      return {
        "db.system.name": protocol.name,
        "db.operation.name": endpoint.split(" ", 1)[0],
        "db.collection.name": onCollection.exec(endpoint)?.[1],
        "db.query.summary": endpoint,
        "db.response.status_code": span.isError ? status : undefined,
      };
    case "messaging": {
      const [operation = "", topic] = endpoint.split(" ", 2);
      return {
        "messaging.system": protocol.name,
        "messaging.operation.name": operation,
        "messaging.operation.type": messageTypes[operation],
        "messaging.destination.name": topic,
      };
    }
    case "dns":
      return { "dns.question.name": endpoint.split(" ", 2)[1] };
    default:
      return httpAttributes(endpoint, status);
  }
}

/** Also of protocols that are not known: what looks like a request of HTTP is one. */
function httpAttributes(endpoint: string, status: string): Attributes {
  const [, method, target] = methodAndPath.exec(endpoint) ?? [];
  const [path, query] = (target ?? "").split("?", 2);
  return {
    "http.request.method": method,
    "url.path": path,
    "url.query": query,
    "http.response.status_code": code.test(status) ? Number(status) : undefined,
  };
}
