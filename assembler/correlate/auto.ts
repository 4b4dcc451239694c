import type { Algorithm, Choice, ProcessTraffic } from "./algorithm";
import { solve } from "./auto/solve";

/** The default: what threads, identifiers and learnt gaps say together, solved as an assignment. */
export const auto: Algorithm = (traffic: ProcessTraffic): readonly Choice[] => solve(traffic);
