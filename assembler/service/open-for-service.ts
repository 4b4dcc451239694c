import type { Assembly } from "../assembly";
import { IdentifyingHeaders } from "../correlate/identifying-headers";
import type { ElasticConnection } from "../elastic/elastic-connection";
import { ElasticCursorStore } from "../elastic/elastic-cursor-store";
import { ElasticSpanSource } from "../elastic/elastic-span-source";
import { ElasticTraceStore } from "../elastic/elastic-trace-store";
import { type AssemblyOptions, openAssembly } from "../open-assembly";
import type { AssemblerSettings } from "../settings/assembler-settings";
import type { Store } from "../store";

/** Opens the assembly of a name on Elasticsearch, with its cursors or those of `store`. Throws ElasticError. */
export function openForService(
  connection: ElasticConnection,
  { name, reading, correlation }: AssemblerSettings,
  options: Omit<AssemblyOptions, "store" | "headers">,
  store: Partial<Store> = {},
): Promise<Assembly> {
  return openAssembly({
    ...options,
    store: {
      source: new ElasticSpanSource(connection, reading.index_pattern, reading.page_size, { decodes: true }),
      traces: new ElasticTraceStore(connection),
      cursors: new ElasticCursorStore(connection, name),
      ...store,
    },
    headers: new IdentifyingHeaders(correlation.request_id_headers),
  });
}
