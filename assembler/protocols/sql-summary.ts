import { sqlWords } from "./sql-words";

const plain = /^[A-Za-z_][\w$]{0,63}$/;
const quoted = /^[`"]([A-Za-z_][\w$-]{0,63})[`"]$/;

/** Words after which the table stands, by verb. */
const before: Readonly<Record<string, string>> = { SELECT: "FROM", DELETE: "FROM", INSERT: "INTO", REPLACE: "INTO" };
const verbs = new Set(
  (
    "SELECT INSERT UPDATE DELETE REPLACE CREATE ALTER DROP TRUNCATE RENAME BEGIN START COMMIT ROLLBACK SAVEPOINT RELEASE " +
    "SET SHOW USE CALL EXPLAIN DESCRIBE DESC ANALYZE LOCK UNLOCK GRANT REVOKE WITH VALUES MERGE COPY VACUUM PREPARE " +
    "EXECUTE DEALLOCATE DECLARE FETCH CLOSE KILL LOAD FLUSH OPTIMIZE REINDEX LISTEN NOTIFY DISCARD RESET DO HANDLER XA"
  ).split(" "),
);
const definitions = new Set(["CREATE", "ALTER", "DROP", "TRUNCATE"]);
const objects = new Set([
  "TABLE",
  "VIEW",
  "INDEX",
  "DATABASE",
  "SCHEMA",
  "USER",
  "SEQUENCE",
  "FUNCTION",
  "PROCEDURE",
  "TRIGGER",
]);
const adverbs = new Set([
  "LOW_PRIORITY",
  "HIGH_PRIORITY",
  "DELAYED",
  "QUICK",
  "IGNORE",
  "ONLY",
  "TEMPORARY",
  "IF",
  "NOT",
  "EXISTS",
  "OR",
]);
const lastWord = /[\w$`".]*$/;
/**
 * What a statement does, to which table: `SELECT orders`, `CREATE TABLE orders`, `COMMIT`. Only words of SQL and names of
 * tables; "" when it begins with no known word. Of one that is cut the last word may be half of one. Literals, comments and columns never get in.
 */
export function sqlSummary(statement: string, isCut: boolean): string {
  const words = sqlWords(isCut ? statement.replace(lastWord, "") : statement);
  const [first = ""] = words;
  let verb = first.toUpperCase();
  if (!verbs.has(verb)) return "";
  let at = 1;
  if (verb === "WITH") {
    at = words.findIndex((word, place) => place > 0 && /^(SELECT|INSERT|UPDATE|DELETE)$/i.test(word)) + 1;
    if (at === 0) return "";
    verb = (words[at - 1] as string).toUpperCase();
  }
  if (definitions.has(verb)) return definition(verb, words, at);
  const after = before[verb];
  if (after !== undefined) {
    const place = words.findIndex((word, index) => index >= at && isWord(word, after));
    const from = place === -1 && after === "INTO" ? at : place + 1;
    return from === 0 ? verb : withName(verb, words, from);
  }
  return verb === "UPDATE" || verb === "CALL" ? withName(verb, words, at) : verb;
}

/** `upper` in any case; nearly all words are of another length. */
function isWord(word: string, upper: string): boolean {
  return word.length === upper.length && word.toUpperCase() === upper;
}

function definition(verb: string, words: readonly string[], from: number): string {
  const place = words.findIndex((word, index) => index >= from && objects.has(word.toUpperCase()));
  if (place === -1) return verb === "TRUNCATE" ? withName(verb, words, from) : verb;
  const what = (words[place] as string).toUpperCase();
  const head = `${verb} ${what}`;
  return what === "TABLE" || what === "VIEW" ? withName(head, words, place + 1) : head;
}

/** Appends the name at a place, without the schema before its dot. */
function withName(head: string, words: readonly string[], from: number): string {
  let at = from;
  while (adverbs.has((words[at] ?? "").toUpperCase())) at += 1;
  while (words[at + 1] === "." && words[at + 2] !== undefined) at += 2;
  const word = words[at] ?? "";
  const name = quoted.exec(word)?.[1] ?? (plain.test(word) ? word : "");
  return name === "" ? head : `${head} ${name}`;
}
