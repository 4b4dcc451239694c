import type { Assembly } from "../assembly";
import { IdentifyingHeaders } from "../correlate/identifying-headers";
import type { ElasticConnection } from "../elastic/elastic-connection";
import { ElasticCursorStore } from "../elastic/elastic-cursor-store";
import { ElasticSpanSource } from "../elastic/elastic-span-source";
import { ElasticTraceStore } from "../elastic/elastic-trace-store";
import type { RefreshWatch } from "../elastic/refresh-watch";
import { WaitingSpanSource } from "../elastic/waiting-span-source";
import { type AssemblyOptions, openAssembly } from "../open-assembly";
import type { AssemblerSettings } from "../settings/assembler-settings";
import type { Store } from "../store";

export interface OpenForServiceOptions extends Omit<AssemblyOptions, "store" | "headers"> {
  readonly refreshWatch: RefreshWatch;
}

/** Opens the assembly of a name on Elasticsearch, with its cursors or those of `store`. Throws ElasticError. */
export function openForService(
  connection: ElasticConnection,
  { name, reading, correlation }: AssemblerSettings,
  { refreshWatch, ...options }: OpenForServiceOptions,
  store: Partial<Store> = {},
): Promise<Assembly> {
  return openAssembly({
    ...options,
    store: {
      source: new WaitingSpanSource(
        new ElasticSpanSource(connection, reading.index_pattern, reading.page_size, { decodes: true }),
        refreshWatch,
      ),
      traces: new ElasticTraceStore(connection),
      cursors: new ElasticCursorStore(connection, name),
      ...store,
    },
    headers: new IdentifyingHeaders(correlation.request_id_headers),
    leastConfidence: correlation.least_confidence,
  });
}
