import type { Algorithm } from "./algorithm";
import { auto } from "./auto";
import { deeptrace } from "./published/deeptrace";
import { fifo } from "./published/fifo";
import { traceweaver } from "./published/traceweaver";
import { vpath } from "./published/vpath";
import { wap5 } from "./published/wap5";

/** The ways of finding a call's request, by name: the published ideas for comparison, and `auto`, the default. */
export const algorithms = { fifo, vpath, wap5, traceweaver, deeptrace, auto } as const satisfies Record<
  string,
  Algorithm
>;

export type AlgorithmName = keyof typeof algorithms;
