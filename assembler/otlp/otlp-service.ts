import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import type { ElasticConnection } from "../elastic/elastic-connection";
import { maskUrls } from "../settings/secret-keys";
import { Backend } from "./export/backend";
import { TraceExport } from "./export/trace-export";
import { addIngestRoute } from "./ingest/ingest-route";
import type { OtlpSettings } from "./otlp-settings";
import { OtlpTally } from "./otlp-tally";

/** What the assembler sends to others and takes from them, as far as its settings ask for it. */
export class OtlpService {
  readonly tally = new OtlpTally();

  constructor(
    readonly settings: OtlpSettings,
    readonly connection: ElasticConnection,
    readonly logger: Logger,
  ) {}

  /** Any assembler may take spans in, also one that stands by. */
  addRoutes(server: FastifyInstance, isReady: () => boolean): void {
    const { ingest } = this.settings;
    const { connection, tally } = this;
    if (ingest !== undefined) addIngestRoute(server, { settings: ingest, connection, tally, isReady });
  }

  /** Exports until the returned function is called, which waits for the end. To be called by the one that has the lease. */
  startExport(name: string): () => Promise<void> {
    const settings = this.settings.export;
    if (settings === undefined) return async () => {};
    const { connection, tally, logger: log } = this;
    const backend = new Backend(settings);
    const stop = new AbortController();
    log.info({ endpoint: maskUrls(settings.endpoint), encoding: settings.encoding }, "exporting traces");
    const running = new TraceExport({ settings, name, connection, backend, tally, log }).run(stop.signal);
    return async () => {
      stop.abort();
      await running;
      backend.close();
    };
  }
}
