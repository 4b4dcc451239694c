import type { SpanCount } from "../assembler/verify/span-count";
import { LiveAssembler } from "../test/live/assembler/support/live-assembler";
import { openTestbed } from "../test/testbed/testbed";
import { waitFor } from "../test/testbed/wait-for";
import { Random } from "../test/unit/assembler/support/random";
import { Gate } from "./faults/gate";
import { type Fault, faultPlan } from "./faults/plan";
import { countDocuments, recount } from "./faults/recount";
import { SpanFlow } from "./faults/span-flow";
import { SpanWriter } from "./faults/span-writer";
import { strike } from "./faults/strike";
import { spansPerTrace } from "./faults/workload";

const settleMs = 20 * 60_000;

/**
 * Writes spans (1,000,000; `--spans N`) while the assembler is killed 20 times, Elasticsearch twice, and its port is cut
 * for 30 s, each in the middle of a write; then counts what the traces hold.
 */
export async function measureFaults(options: readonly string[]): Promise<Record<string, number>> {
  const traces = Math.ceil(spansAsked(options) / spansPerTrace);
  const spans = traces * spansPerTrace;
  const startedAt = performance.now();
  const say = (line: string) => console.log(`${seconds(startedAt).padStart(7)} s  ${line}`);
  const testbed = await openTestbed({ hosts: "process", log: say });
  let assembler: LiveAssembler | undefined;
  let gate: Gate | undefined;
  const flow = new SpanFlow(traces, new Random(1));
  try {
    const elasticsearch = await testbed.elasticsearch();
    gate = await Gate.open(elasticsearch.url);
    const { username, password } = elasticsearch;
    const elastic = { url: gate.url, username, password };
    // The settings of the product, as a user gets them.
    assembler = new LiveAssembler(elasticsearch, { elastic, reading: {}, grouping: {} });
    await assembler.start();
    const isReady = async () => (await assembler?.isReady()) === true;
    await waitFor(isReady, { timeoutMs: settleMs, what: "the assembler to have made its templates" });
    const writer = new SpanWriter(elastic, flow);
    const plan = faultPlan();
    const share = spans / (plan.length + 1);
    const writing = writer.run();
    const hopeless = new Promise<string>((resolve) => {
      writing.catch((error: Error) => resolve(error.message));
    });
    for (const [number, fault] of plan.entries()) {
      flow.allow((number + 2) * share);
      const due = (number + 1) * share;
      await waitFor(async () => writer.acknowledged >= due, {
        timeoutMs: settleMs,
        what: `${due} spans to be written`,
        hopeless,
      });
      // What hits the writer too must find it writing, however long the fault before took.
      if (fault.what !== "assembler killed") flow.allow((number + 3) * share);
      await strike(fault, { assembler, elasticsearch, gate });
      say(`${fault.what} ${fault.when}; ${writer.acknowledged} spans written by now`);
    }
    flow.allow(Number.POSITIVE_INFINITY);
    await writing;
    say(`all ${spans} spans written, ${writer.retries} requests sent again`);
    // A recount of a million spans is not to be repeated just because the last of them are still in memory.
    const isDone = async () =>
      (await assembler?.metric("open_spans")) === 0 && (await assembler?.metric("lag_spans")) === 0;
    await waitFor(isDone, { timeoutMs: settleMs, what: "the assembler to be done", everyMs: 500 });
    say("the assembler has nothing more to do");
    const verified = await assembler.verify(settleMs / 1000);
    say(`verify: ${JSON.stringify(verified)}`);
    const counted = await recount(elasticsearch.nodeUrl, traces);
    if (counted.lost + counted.duplicated + counted.split + differences(verified) > 0) process.exitCode = 1;
    const count = (...faults: Fault["what"][]) => plan.filter(({ what }) => faults.includes(what)).length;
    return {
      spans: await countDocuments(elasticsearch.nodeUrl, "spans_*,-spans_rejected"),
      lost: counted.lost,
      duplicated: counted.duplicated,
      split: counted.split,
      mixed: counted.mixed,
      rejected: await countDocuments(elasticsearch.nodeUrl, "spans_rejected"),
      traces: counted.documents,
      kills: count("assembler killed", "both killed"),
      elasticsearch_kills: count("Elasticsearch killed", "both killed"),
      cut_seconds: 30 * count("port cut"),
      requests_sent_again: writer.retries,
      slowest_write_seconds: writer.slowestMs / 1000,
      verify_differences: differences(verified),
      seconds: (performance.now() - startedAt) / 1000,
    };
  } finally {
    flow.close();
    await assembler?.close();
    await gate?.close();
    await testbed.close();
  }
}

function spansAsked(options: readonly string[]): number {
  const [flag, value, ...more] = options;
  if (flag === undefined) return 1_000_000;
  const spans = Number(value);
  if (flag !== "--spans" || more.length > 0 || !Number.isInteger(spans) || spans < 10_000)
    throw new Error(`allowed: --spans COUNT, from 10000 on; given: ${options.join(" ")}`);
  return spans;
}

function differences({ lost, duplicated, split, outdated, pending }: SpanCount): number {
  return lost + duplicated + split + outdated + pending;
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
