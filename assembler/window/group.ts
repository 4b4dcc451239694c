import type { Member } from "./member";

/** Spans that belong to one trace, as far as is known now. */
export class Group {
  readonly members = new Set<Member>();
  /** When it last changed or, once settled, when it was; milliseconds of the window's clock. */
  changedAt = 0;
  /** Since when it differs from what is stored. */
  waitsSince = 0;
}
