import { createHash } from "node:crypto";
import { join } from "node:path";
import { FaultsError } from "../../../assembler/settings/fault";
import { type ApiAnswer, ApiServer } from "./api-server";
import { type Config, indexOf } from "./config";
import { planUpdate, RefusedUpdate } from "./config-change";
import { ElasticClient } from "./elastic-client";
import type { Log } from "./log";
import { spanDocument } from "./span-document";
import { SpanWriter, type WriterLimits } from "./span-writer";
import { Spool, type SpoolLimits } from "./spool";
import { Tracer } from "./tracer";
import { version } from "./version";

/**
 * The agent: strace on each service → socket calls → HTTP messages → exchanges → spans → Elasticsearch, by way of the
 * disk while it is away. `start` begins all of it, `stop` lets go of the services and keeps what is not yet written.
 */
export class Agent {
  readonly #startedAt = new Date().toISOString();
  readonly #tracer: Tracer;
  readonly #api: ApiServer;
  #paired = 0;
  #unpaired = 0;
  #changed = new Set<string>();

  private constructor(
    private config: Config,
    private readonly configSha256: string,
    private readonly spool: Spool,
    private readonly writer: SpanWriter,
    stateDirectory: string,
    private readonly log: Log,
  ) {
    this.#tracer = new Tracer(
      config.ebpf,
      {
        exchange: (exchange, observer) => {
          this.#paired++;
          writer.add(spanDocument(exchange, observer));
        },
        unpaired: (count) => {
          this.#unpaired += count;
        },
      },
      stateDirectory,
      log,
    );
    this.#api = new ApiServer(config.api.ident, {
      status: () => this.#status(),
      update: (update) => this.#update(update),
    });
  }

  /** Opens the spool in `stateDirectory` and starts everything. `configText` is what `config` was read from. */
  static async start(config: Config, configText: string, stateDirectory: string, log: Log): Promise<Agent> {
    const spool = await Spool.open(join(stateDirectory, "spool"), spoolLimits(config));
    const writer = new SpanWriter(elasticClient(config), spool, writerLimits(config), log);
    const agent = new Agent(
      config,
      createHash("sha256").update(configText).digest("hex"),
      spool,
      writer,
      stateDirectory,
      log,
    );
    const port = await agent.#api.listen(config.api.address, config.api.port);
    writer.start();
    agent.#tracer.start();
    log.info("agent started", { name: config.agent.name, version, port, index: indexOf(config), spooled: spool.count });
    return agent;
  }

  async stop(): Promise<void> {
    await this.#api.close();
    await this.#tracer.stop();
    await this.writer.stop();
    this.log.info("agent stopped", { paired: this.#paired, ...this.writer.counts });
  }

  #status(): unknown {
    return {
      name: this.config.agent.name,
      version,
      pid: process.pid,
      started_at: this.#startedAt,
      config_sha256: this.configSha256,
      // Settings that no longer are what the file said when the agent started.
      config_changed: [...this.#changed].sort(),
      services: this.#tracer.services(),
      spans: { paired: this.#paired, unpaired: this.#unpaired, ...this.writer.counts },
      elasticsearch: this.writer.reachability,
    };
  }

  async #update(update: unknown): Promise<ApiAnswer> {
    let change: ReturnType<typeof planUpdate>;
    try {
      change = planUpdate(this.config, update);
    } catch (error) {
      if (!(error instanceof FaultsError || error instanceof RefusedUpdate)) throw error;
      return { status: 400, body: { error: error.message } };
    }
    const { config, applied, needRestart } = change;
    if (needRestart.length > 0) {
      return {
        status: 409,
        body: { error: "these settings need a restart; nothing was applied", restart: needRestart },
      };
    }
    this.config = config;
    for (const key of applied) this.#changed.add(key);
    if (applied.some((key) => key.startsWith("sender."))) {
      this.spool.limit(spoolLimits(config));
      this.writer.reconfigure(elasticClient(config), writerLimits(config));
    }
    if (applied.some((key) => key.startsWith("ebpf."))) await this.#tracer.watch(config.ebpf);
    this.log.info("settings changed", { applied });
    return { status: 200, body: { applied } };
  }
}

function elasticClient(config: Config): ElasticClient {
  const { node_url, username, password, request_timeout } = config.sender.elastic;
  return new ElasticClient({
    nodeUrl: node_url,
    username,
    password,
    requestTimeoutMs: request_timeout * 1000,
    index: indexOf(config),
  });
}

function spoolLimits({ sender: { flat_file } }: Config): SpoolLimits {
  return {
    segmentBytes: Math.min(flat_file.file_buffer_size, flat_file.file_size_limit),
    totalBytes: flat_file.file_size_limit,
  };
}

function writerLimits({ sender }: Config): WriterLimits {
  return {
    batchSize: sender.batch_size,
    bulkSize: sender.elastic.bulk_size,
    memoryBytes: sender.flat_file.mem_buffer_size,
  };
}
