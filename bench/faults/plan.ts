import type { Moment } from "./gate";

/** One fault: what befalls whom, and in which moment of which request. */
export interface Fault {
  readonly what: "assembler killed" | "Elasticsearch killed" | "port cut";
  readonly when: string;
  readonly moment: Moment;
}

const assemblerKills = 20;
/** After so many kills of the assembler each. */
const elasticsearchKills = [6, 13];
const cuts = [10];

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

/** 20 kills of the assembler, two of Elasticsearch and a cut of its port, in the order in which they come. */
export function faultPlan(): Fault[] {
  const faults: Fault[] = [];
  for (let kill = 0; kill < assemblerKills; kill += 1) {
    faults.push({ what: "assembler killed", ...(moments[kill % moments.length] as (typeof moments)[0]) });
    const done = kill + 1;
    if (elasticsearchKills.includes(done)) faults.push({ what: "Elasticsearch killed", ...spansSent });
    if (cuts.includes(done)) faults.push({ what: "port cut", ...spansSent });
  }
  return faults;
}
