import type { Assembly } from "../../../../assembler/assembly";
import type { ElasticConnection } from "../../../../assembler/elastic/elastic-connection";
import { ElasticCursorStore } from "../../../../assembler/elastic/elastic-cursor-store";
import { ElasticSpanSource } from "../../../../assembler/elastic/elastic-span-source";
import { ElasticTraceStore } from "../../../../assembler/elastic/elastic-trace-store";
import { openAssembly } from "../../../../assembler/open-assembly";
import { runTurn } from "../../../../assembler/stages";
import type { GroupingLimits } from "../../../../assembler/window/grouping-limits";

/** An assembler over a real Elasticsearch whose clocks the test sets. */
export class InProcessAssembler {
  #assembly: Assembly | undefined;
  #now = 0;

  constructor(
    readonly connection: ElasticConnection,
    readonly name: string,
    readonly limits: GroupingLimits,
    /** Milliseconds since 1970: which day it is. */
    readonly today: () => number,
  ) {}

  /** Turns until everything is read, written and forgotten as far as the limits say. */
  async settle(): Promise<void> {
    for (let isIdle = false; !isIdle; ) {
      const { window } = await this.#open();
      this.#now += 1000;
      const turn = await runTurn(await this.#open());
      isIdle = turn.pages.length === 0 && window.groups.open.size === 0;
    }
  }

  /** As a kill would leave it: nothing more is written, and the next turn begins with what is stored. */
  crash(): void {
    this.#assembly = undefined;
  }

  async #open(): Promise<Assembly> {
    this.#assembly ??= await openAssembly({
      limits: this.limits,
      store: {
        source: new ElasticSpanSource(this.connection, "spans_*", 1000, { decodes: true }),
        traces: new ElasticTraceStore(this.connection, this.today),
        cursors: new ElasticCursorStore(this.connection, this.name),
      },
      now: () => this.#now,
    });
    return this.#assembly;
  }
}
