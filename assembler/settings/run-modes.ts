/**
 * What an assembler does while it holds the lease. `automatic`: turn after turn by itself; `manual`: one turn when it is
 * asked for; `debug`: the same, and each turn says in detail what it did; `maintenance`: reads and writes nothing, and
 * lets nobody else.
 */
export const runModes = ["automatic", "manual", "debug", "maintenance"] as const;

export type RunMode = (typeof runModes)[number];
