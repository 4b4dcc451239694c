import { ElasticConnection } from "../../assembler/elastic/elastic-connection";
import { setUpIndices } from "../../assembler/elastic/index-setup";
import { LiveAssembler } from "../../test/live/assembler/support/live-assembler";
import { openTestbed } from "../../test/testbed/testbed";
import { BenchElasticsearch } from "./bench-elasticsearch";
import type { Report, Task } from "./contender";
import { Contenders } from "./contenders";
import { figuresOf, type Measured } from "./figures";
import { measureFreshness } from "./freshness";

const coreSpans = 300_000;
const coreRounds = 3;
const raceRounds = 3;
const raceSpans = 500_000;
const growthSpans = [10_000, 100_000, 1_000_000];

/**
 * Races the assembler against a copy that knows nothing, over the same spans in the same Elasticsearch, and measures how
 * its time grows, its memory, its core alone and how soon a trace can be read.
 */
export async function measureAssembler(): Promise<Record<string, number>> {
  const contenders = await Contenders.prepare();
  const testbed = await openTestbed({ hosts: "process" });
  try {
    const core = await measureCores(contenders);
    const elasticsearch = new BenchElasticsearch((await testbed.elasticsearch()).nodeUrl);
    const bench = new AssemblerBench(contenders, elasticsearch);
    return figuresOf({ ...core, ...(await bench.race()), ...(await bench.grow()), freshness: await bench.freshness() });
  } finally {
    await testbed.close();
    contenders.close();
  }
}

async function measureCores(contenders: Contenders): Promise<Pick<Measured, "core" | "coreWithoutIds">> {
  const core: Report[] = [];
  const coreWithoutIds: Report[] = [];
  for (let round = 0; round < coreRounds; round += 1) {
    core.push(await said("core", contenders.run("core", String(coreSpans), "with-ids")));
    coreWithoutIds.push(
      await said("core, spans without ids", contenders.run("core", String(coreSpans), "without-ids")),
    );
  }
  return { core, coreWithoutIds };
}

class AssemblerBench {
  readonly #contenders: Contenders;
  readonly #elasticsearch: BenchElasticsearch;

  constructor(contenders: Contenders, elasticsearch: BenchElasticsearch) {
    this.#contenders = contenders;
    this.#elasticsearch = elasticsearch;
  }

  async race(): Promise<Pick<Measured, "rounds" | "raceSpans" | "holdOpen">> {
    const index = "spans_race";
    await this.#fill(index, raceSpans);
    // Elasticsearch compiles its code for the first minute of work: whoever comes first would pay for it.
    for (const task of ["copy", "assemble"] as const) await this.#run(task, index);
    const rounds: Measured["rounds"][number][] = [];
    while (rounds.length < raceRounds) {
      const copy = await this.#run("copy", index);
      rounds.push({ copy, assembly: await this.#run("assemble", index) });
    }
    const holdOpen = await this.#run("hold-open", index);
    if (holdOpen.spans !== raceSpans) throw new Error(`${holdOpen.spans} spans are open, not ${raceSpans}`);
    await this.#elasticsearch.remove(index);
    return { rounds, raceSpans, holdOpen };
  }

  async grow(): Promise<Pick<Measured, "growth">> {
    const growth: { spans: number; seconds: number }[] = [];
    for (const spans of growthSpans) {
      const index = `spans_growth_${spans}`;
      await this.#fill(index, spans);
      growth.push({ spans, seconds: (await this.#run("assemble", index)).seconds });
      await this.#elasticsearch.remove(index);
    }
    return { growth };
  }

  async freshness(): Promise<number[]> {
    await this.#startAfresh();
    const index = "spans_fresh";
    await this.#elasticsearch.create(index);
    const assembler = new LiveAssembler({ url: this.#elasticsearch.url }, { reading: {}, grouping: {} });
    try {
      await assembler.start();
      return await measureFreshness(this.#elasticsearch, index);
    } finally {
      await assembler.close();
      await this.#elasticsearch.remove(index);
    }
  }

  /** Runs a task over an index, with nothing written yet. */
  async #run(task: Task, index: string): Promise<Report> {
    await this.#startAfresh();
    return said(`${task} of ${index}`, this.#contenders.run(task, this.#elasticsearch.url, index));
  }

  async #fill(index: string, spans: number): Promise<void> {
    await this.#startAfresh();
    const started = performance.now();
    await this.#elasticsearch.fill(index, spans);
    console.log(`  ${spans} spans indexed: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  }

  async #startAfresh(): Promise<void> {
    await this.#elasticsearch.remove("traces*", "spans_rejected*", "deeptrace_assembler*");
    const connection = new ElasticConnection({ url: this.#elasticsearch.url });
    await setUpIndices(connection);
    await connection.close();
  }
}

async function said(title: string, running: Promise<Report>): Promise<Report> {
  const report = await running;
  const { seconds, processorSeconds, peakRssMb } = report;
  console.log(
    `  ${title}: ${seconds.toFixed(2)} s, ${processorSeconds.toFixed(2)} s of processor, ${peakRssMb.toFixed(0)} MB`,
  );
  return report;
}
