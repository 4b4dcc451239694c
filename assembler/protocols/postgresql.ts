import type { Protocol } from "./protocol";
import { sqlSummary } from "./sql-summary";

/** `Q`, length, statement. */
const query = /^Q[\s\S]{4}([^\0]*)(\0?)/;
/** `P`, length, name of the prepared statement, statement. */
const parse = /^P[\s\S]{4}[^\0]{0,63}\0([^\0]*)(\0?)/;
/** Of statements prepared before only `B`ind and `E`xecute are sent. */
const bind = /^B[\s\S]{4}/;
const severity = /^E[\s\S]{4}S[A-Z]+\0/;
const sqlState = /\0C([0-9A-Z]{5})\0/;
/** Complete, rows, their description, empty, ready; or the answers to `P` and `B`. */
const answer = /^[CDTIZ12nt][\s\S]{4}/;

/** PostgreSQL's protocol 3: simple and extended queries. A status is the SQL state of the error. */
export const postgresql: Protocol = {
  name: "postgresql",
  kind: "db",
  endpointOf(request) {
    const [, statement, end] = query.exec(request) ?? parse.exec(request) ?? [];
    if (statement !== undefined) return sqlSummary(statement, end === "");
    return bind.test(request) ? "EXECUTE" : "";
  },
  statusOf(response) {
    if (severity.test(response)) return sqlState.exec(response)?.[1] ?? "ERROR";
    return answer.test(response) ? "OK" : "";
  },
  isError: (status) => status !== "OK",
};
