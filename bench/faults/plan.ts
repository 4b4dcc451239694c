import type { Moment } from "./gate";

/** One fault: what befalls whom, and in which moment of which request. */
export interface Fault {
  readonly what: "assembler killed" | "Elasticsearch killed" | "both killed" | "port cut";
  readonly when: string;
  readonly moment: Moment;
}

const assemblerKills = 20;
/** After so many kills of the assembler. */
const elasticsearchKilled = 6;
const portCut = 10;
/** The assembler starts again while Elasticsearch does: not all that it has to read again is there yet. */
const bothKilled = 14;

/** Of the index of a day; what goes to `traces` itself are deletions, which are rare. */
const tracesSent = "POST /traces-2";

const moments: readonly (Pick<Fault, "when"> & { readonly moment: Moment })[] = [
  { when: "while traces were sent", moment: { request: tracesSent, at: "request" } },
  { when: "while traces were acknowledged", moment: { request: tracesSent, at: "answer" } },
  { when: "before cursors moved", moment: { request: "PUT /deeptrace_assembler/_doc/cursors", at: "request" } },
  {
    when: "before cursors were known to have moved",
    moment: { request: "PUT /deeptrace_assembler/_doc/cursors", at: "answer" },
  },
  { when: "while spans were read", moment: { request: "POST /spans_", at: "answer" } },
];

/** The spans' writer has a request under way then, and has to send it again. */
const spansSent = { when: "while spans were written", moment: { request: "POST /_bulk", at: "answer" } } as const;

/** 20 kills of the assembler, two of Elasticsearch, one of these together with one of those, and a cut of its port, in their order. */
export function faultPlan(): Fault[] {
  const faults: Fault[] = [];
  for (let kill = 1; kill <= assemblerKills; kill += 1) {
    if (kill === bothKilled) faults.push({ what: "both killed", ...spansSent });
    else faults.push({ what: "assembler killed", ...(moments[(kill - 1) % moments.length] as (typeof moments)[0]) });
    if (kill === elasticsearchKilled) faults.push({ what: "Elasticsearch killed", ...spansSent });
    if (kill === portCut) faults.push({ what: "port cut", ...spansSent });
  }
  return faults;
}
