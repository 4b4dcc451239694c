import { openAssembly } from "../../assembler/open-assembly";
import { runTurn } from "../../assembler/stages";
import { CoreStore } from "./core-store";
import { searchAnswer } from "./search-answer";
import { type SpanDocument, spanStream, spansPerTrace } from "./span-stream";
import { Stopwatch, type Taken } from "./stopwatch";

const spansPerPage = 5000;
/** Time that passes with each turn of 20,000 spans: the four seconds in which so many come. */
const turnMs = 4000;
const limits = { quietPeriodMs: 6000, maxWaitMs: 60_000, recentMs: 10_000, maxOpenSpans: 1e9 };

/**
 * Sends spans through the assembler without Elasticsearch: from the bytes of its answers to the bytes of bulk requests.
 * Arrivals are shuffled, and each trace is written once, when it has come to rest.
 */
export async function measureCore(spans: number, withIds: boolean): Promise<Taken> {
  const answers = answersOf(spans, withIds);
  let next = 0;
  const store = new CoreStore(() => answers[next++], answers.length);
  let now = 0;
  // The garbage of making the answers is not the core's.
  globalThis.gc?.();
  const started = new Stopwatch();
  const assembly = await openAssembly({ limits, store, now: () => now });
  for (let open = true; open; now += turnMs) {
    const { more } = await runTurn(assembly);
    open = more || next < answers.length || assembly.window.groups.open.size > 0;
  }
  const taken = started.read();
  if (assembly.tally.tracesWritten * spansPerTrace !== spans || assembly.tally.tracesAmended > 0) {
    const { tracesWritten, tracesAmended } = assembly.tally;
    throw new Error(`${spans} spans became ${tracesWritten} traces, ${tracesAmended} of them amended`);
  }
  return taken;
}

function answersOf(spans: number, withIds: boolean): Buffer[] {
  const answers: Buffer[] = [];
  let page: SpanDocument[] = [];
  let first = 0;
  const close = () => {
    answers.push(searchAnswer("spans_bench", page, first));
    first += page.length;
    page = [];
  };
  for (const document of spanStream(spans / spansPerTrace, withIds)) {
    page.push(document);
    if (page.length === spansPerPage) close();
  }
  if (page.length > 0) close();
  return answers;
}
