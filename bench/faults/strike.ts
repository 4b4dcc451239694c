import type { LiveAssembler } from "../../test/live/assembler/support/live-assembler";
import type { RunningElasticsearch } from "../../test/testbed/testbed";
import { waitFor } from "../../test/testbed/wait-for";
import type { Gate, Moment } from "./gate";
import type { Fault } from "./plan";

export interface Struck {
  readonly assembler: LiveAssembler;
  readonly elasticsearch: RunningElasticsearch;
  readonly gate: Gate;
}

const cutMs = 30_000;
const longestWaitMs = 5 * 60_000;

/** Strikes in the fault's moment, and sets right what was struck. */
export async function strike({ what, moment }: Fault, { assembler, elasticsearch, gate }: Struck): Promise<void> {
  if (what === "assembler killed") {
    const { pid } = assembler;
    await inMoment(gate, moment, () => process.kill(pid, "SIGKILL"));
    await assembler.end("SIGKILL");
    await assembler.start();
  } else if (what === "both killed") {
    const { pid } = assembler;
    const killBoth = () => {
      process.kill(pid, "SIGKILL");
      return elasticsearch.kill();
    };
    await Promise.all(await inMoment(gate, moment, killBoth));
    await assembler.end("SIGKILL");
    await Promise.all([elasticsearch.start(), assembler.start()]);
  } else if (what === "Elasticsearch killed") {
    await Promise.all(await inMoment(gate, moment, () => elasticsearch.kill()));
    await elasticsearch.start();
  } else {
    await Promise.all(await inMoment(gate, moment, () => gate.cut(cutMs)));
  }
}

/** Does it when the moment comes; resolves with what it returned, in a list lest a promise be waited for here. */
async function inMoment<T>(gate: Gate, moment: Moment, act: () => T): Promise<T[]> {
  const done: T[] = [];
  gate.at(moment, () => done.push(act()));
  await waitFor(async () => done.length > 0, {
    timeoutMs: longestWaitMs,
    what: `the ${moment.at} of ${moment.request}`,
    everyMs: 10,
  });
  return done;
}
