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
  if (what === "port cut") {
    await Promise.all(await inMoment(gate, moment, () => gate.cut(cutMs)));
    return;
  }
  const killsAssembler = what !== "Elasticsearch killed";
  const killsElasticsearch = what !== "assembler killed";
  const { pid } = assembler;
  const kill = () => {
    if (killsAssembler) process.kill(pid, "SIGKILL");
    return killsElasticsearch ? elasticsearch.kill() : undefined;
  };
  await Promise.all(await inMoment(gate, moment, kill));
  if (killsAssembler) await assembler.end("SIGKILL");
  await Promise.all([
    killsElasticsearch ? elasticsearch.start() : undefined,
    killsAssembler ? assembler.start() : undefined,
  ]);
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
