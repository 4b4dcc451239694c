import { after, before } from "node:test";
import { ElasticConnection } from "../../../../assembler/elastic/elastic-connection";
import { openTestbed, type RunningElasticsearch, type Testbed, type TestbedOptions } from "../../../testbed/testbed";
import { SpanIndex } from "./span-index";

/**
 * A real Elasticsearch for the tests of the file that makes this: there before the first of them, and gone after the
 * last with all that was taken in charge.
 */
export class LiveElastic {
  /** As agents and users see it. */
  readonly spans = new SpanIndex(() => this.elasticsearch.nodeUrl);
  readonly #owned: { close(): Promise<unknown> }[] = [];
  #testbed: Testbed | undefined;
  #elasticsearch: RunningElasticsearch | undefined;
  #connection: ElasticConnection | undefined;

  /** `made`: what else is to be done before the first test; the file's own hooks do not wait for this one. */
  constructor(made: () => Promise<void> = async () => {}, options: TestbedOptions = {}) {
    before(async () => {
      this.#testbed = this.own(await openTestbed({ hosts: "process", ...options }));
      this.#elasticsearch = await this.#testbed.elasticsearch();
      await made();
    });
    after(async () => {
      for (const part of this.#owned.reverse()) await part.close();
    });
  }

  get elasticsearch(): RunningElasticsearch {
    if (this.#elasticsearch === undefined) throw new Error("Elasticsearch is not there yet");
    return this.#elasticsearch;
  }

  /** The assembler's own way to it, through the password. */
  get connection(): ElasticConnection {
    const { url, username, password } = this.elasticsearch;
    this.#connection ??= this.own(new ElasticConnection({ url, username, password }));
    return this.#connection;
  }

  /** Closes something after the last test, before what it was made with. */
  own<T extends { close(): Promise<unknown> }>(part: T): T {
    this.#owned.push(part);
    return part;
  }

  async indices(pattern = "*"): Promise<string[]> {
    const path = `/${pattern}/_settings?filter_path=*.settings.index.uuid`;
    return Object.keys(JSON.parse(await this.spans.ask("GET", path))).sort();
  }

  /** Deletes every index, and our templates. */
  async clear(): Promise<void> {
    const indices = await this.indices();
    if (indices.length > 0) await this.spans.ask("DELETE", `/${indices.join(",")}`);
    const { index_templates } = JSON.parse(await this.spans.ask("GET", "/_index_template")) as {
      index_templates: { name: string }[];
    };
    if (index_templates.some(({ name }) => name.startsWith("deeptrace-"))) {
      await this.spans.ask("DELETE", "/_index_template/deeptrace-*");
    }
  }
}
