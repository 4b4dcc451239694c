import type { ElasticConnection } from "../elastic/elastic-connection";
import type { AgentLook } from "./agent-look";
import { type AgentRecord, firstRecord, nextRecord } from "./agent-record";
import { type AgentStatus, earlierRecord, statusDocument } from "./agent-status";
import { hasLeft, type JudgeLimits, judgeAgent, type Verdict } from "./judge-agent";
import { type FleetSources, inParallel, lookAtFleet } from "./look-at-fleet";
import { newestSpanStart } from "./newest-span";
import { readStatuses, writeStatuses } from "./status-store";

export interface FleetWatchOptions {
  readonly sources: FleetSources;
  readonly limits: JudgeLimits;
  /** Name of the assembler. */
  readonly name: string;
  /** Throws when this assembler may not write (any more). */
  readonly fence: () => void;
  /** An agent's condition changed: the sentence for the log. */
  readonly changed: (agent: string, verdict: Verdict, sentence: string) => void;
}

interface Watched {
  readonly record: AgentRecord;
  readonly verdict: Verdict;
  readonly lastSpanStart: string | undefined;
}

/** Looks at the fleet, look after look: judges every agent, says what changed, and writes `agent_status`. */
export class FleetWatch {
  readonly #options: FleetWatchOptions;
  readonly #watched = new Map<string, Watched>();
  #earlier: ReadonlyMap<string, AgentStatus> | undefined;
  /** Agents that have a document. */
  #written = new Set<string>();

  constructor(options: FleetWatchOptions) {
    this.#options = options;
  }

  /** One look; returns how every agent is. Throws ElasticError. */
  async look(): Promise<AgentStatus[]> {
    const { sources, name, fence } = this.#options;
    const earlier = await this.#readEarlier(sources.connection);
    const { agents, newestIndex } = await lookAtFleet(sources);
    const statuses = await inParallel(agents, async (look) => {
      const watched = await this.#judge(look, earlier.get(look.agent), newestIndex.get(look.index));
      if (hasLeft(watched.record, watched.verdict)) return undefined;
      return statusDocument(watched.record, watched.verdict, watched.lastSpanStart, name);
    });
    const present = statuses.filter((status) => status !== undefined);
    const names = new Set(present.map(({ agent }) => agent));
    for (const agent of this.#watched.keys())
      if (!agents.some((look) => look.agent === agent)) this.#watched.delete(agent);
    fence();
    await writeStatuses(
      sources.connection,
      present,
      [...this.#written].filter((agent) => !names.has(agent)),
    );
    this.#written = names;
    return present;
  }

  /** What an assembler of this name wrote before; it goes on from there. */
  async #readEarlier(connection: ElasticConnection): Promise<ReadonlyMap<string, AgentStatus>> {
    if (this.#earlier !== undefined) return this.#earlier;
    const found = await readStatuses(connection, this.#options.name);
    this.#earlier = new Map(found.map((status) => [status.agent, status]));
    this.#written = new Set(this.#earlier.keys());
    return this.#earlier;
  }

  async #judge(look: AgentLook, earlier: AgentStatus | undefined, newest: string | undefined): Promise<Watched> {
    const before = this.#watched.get(look.agent);
    const record =
      before === undefined
        ? firstRecord(look, earlier === undefined ? undefined : earlierRecord(earlier))
        : nextRecord(before.record, look);
    const verdictBefore = before?.verdict ?? earlier;
    const verdict = judgeAgent(record, this.#options.limits, verdictBefore);
    if (verdict.status !== (verdictBefore?.status ?? "ok") && !hasLeft(record, verdict)) {
      this.#options.changed(look.agent, verdict, sentence(look.agent, verdict));
    }
    const hasNews = before === undefined || record.lastSpanAt !== before.record.lastSpanAt;
    const lastSpanStart =
      hasNews && newest !== undefined
        ? await newestSpanStart(this.#options.sources.connection, newest)
        : before?.lastSpanStart;
    const watched = { record, verdict, lastSpanStart };
    this.#watched.set(look.agent, watched);
    return watched;
  }
}

function sentence(agent: string, { status, reason }: Verdict): string {
  return status === "ok" ? `agent ${agent} is ok again: ${reason}` : `agent ${agent} is ${status}: ${reason}`;
}
