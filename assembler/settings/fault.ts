/** One thing wrong with a settings file: where it is, what came, what is allowed and, where known, what to do. */
export interface Fault {
  /** The file as the user named it. */
  readonly file: string;
  /** 1-based line in that file. */
  readonly line?: number | undefined;
  /** The entry the field belongs to, as a reader names it: `agent "web-1"`. */
  readonly owner?: string | undefined;
  /** Dotted path of the field, from its owner if there is one. */
  readonly field: string;
  /** The value that came, in words; never a secret. */
  readonly got: string;
  readonly allowed: string;
  readonly fix?: string | undefined;
}

/** Renders a fault on one line: `fleet.toml:12: agent "web-1": ssh_port: got 0; allowed 1 to 65535`. A syntax excerpt may follow on lines of its own. */
function formatFault(fault: Fault): string {
  const place = fault.line === undefined ? fault.file : `${fault.file}:${fault.line}`;
  const parts = [place, ...(fault.owner ? [fault.owner] : []), ...(fault.field ? [fault.field] : [])];
  const fix = fault.fix ? `; ${fault.fix}` : "";
  return `${parts.join(": ")}: got ${fault.got}; allowed: ${fault.allowed}${fix}`;
}

/** All faults of one file at once, in the order of its lines; the message has one line per fault. */
export class FaultsError extends Error {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[], excerpt = "") {
    const ordered = [...faults].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
    // A schema may find two faults with one value; said alike, they are one.
    const body = [...new Set(ordered.map(formatFault))].join("\n");
    super(excerpt ? `${body}\n\n${excerpt.trimEnd()}` : body);
    this.name = "FaultsError";
    this.faults = ordered;
  }
}
