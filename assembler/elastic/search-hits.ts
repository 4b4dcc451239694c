import { internedIds } from "../json/interned-ids";
import { KnownKeys } from "../json/known-keys";
import { RawText } from "../json/raw-text";
import { firstItem, MalformedJson, nextItem, skipSpace, skipString, skipValue, valueAfterKey } from "../json/scan";
import { InternedText, readDigits } from "../json/text-values";

/** One hit of a search or one found document of a multi-get, its source untouched. */
export interface Hit {
  readonly index: string;
  readonly id: string;
  /** From `_seq_no`, else from `sort`, as when a search sorts by it; -1 when the answer holds neither. */
  readonly seqNo: number;
  readonly primaryTerm: number;
  /** 1 = indexed once; more = written again under the same `_id`. 0 when not asked for. */
  readonly version: number;
  readonly source: RawText;
}

export interface HitPage {
  readonly hits: Hit[];
  /** Shards that failed, and whether time ran out: such a page may lack documents and must not be taken. */
  readonly failedShards: number;
  readonly timedOut: boolean;
  /** Length of the answer. */
  readonly bytes: number;
}

const keys = new KnownKeys([
  "_index",
  "_id",
  "_seq_no",
  "_primary_term",
  "_version",
  "_source",
  "sort",
  "found",
  "error",
]);
const [indexKey, idKey, seqNoKey, primaryTermKey, versionKey, sourceKey, sortKey, foundKey, errorKey] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8,
];
const noSource = RawText.from("{}");
const letterF = 0x66;
const newline = 0x0a;
const indexNames = new InternedText();

/**
 * Finds the hits of a search response in its bytes, going over each byte once: a page is megabytes. Throws
 * MalformedJson, also when one document of a multi-get has an error in its place.
 */
export function readSearchHits(body: Buffer): HitPage {
  return new HitScanner(body).page();
}

/** Finds the documents of a multi-get response; those not found are left out. */
export function readMultiGet(body: Buffer): Hit[] {
  return new HitScanner(body).page().hits;
}

class HitScanner {
  readonly #body: Buffer;
  readonly #end: number;
  readonly #isOneLine: boolean;
  #at = 0;
  #hits: Hit[] = [];
  #failedShards = 0;
  #timedOut = false;
  #index = "";

  constructor(body: Buffer) {
    this.#body = body;
    this.#end = body.length;
    this.#isOneLine = !body.includes(newline);
  }

  page(): HitPage {
    this.#members((key) => {
      const body = this.#body;
      if (key === "hits") this.#members((name) => (name === "hits" ? this.#documents() : this.#skip()));
      else if (key === "docs") this.#documents();
      else {
        const start = this.#at;
        this.#skip();
        if (key === "timed_out") this.#timedOut = body.toString("latin1", start, this.#at) === "true";
        if (key === "_shards") this.#failedShards = JSON.parse(body.toString("latin1", start, this.#at)).failed;
      }
    });
    return { hits: this.#hits, failedShards: this.#failedShards, timedOut: this.#timedOut, bytes: this.#end };
  }

  /** Calls `visit` at each value of the object here; `visit` must move on to the value's end. */
  #members(visit: (key: string) => void): void {
    let key = firstItem(this.#body, this.#at, this.#end);
    let last = this.#at + 1;
    while (key !== -1) {
      const keyEnd = skipString(this.#body, key, this.#end);
      this.#at = valueAfterKey(this.#body, keyEnd, this.#end);
      visit(this.#body.toString("latin1", key + 1, keyEnd - 1));
      last = this.#at;
      key = nextItem(this.#body, last, this.#end);
    }
    this.#at = skipSpace(this.#body, last, this.#end) + 1;
  }

  #skip(): void {
    this.#at = skipValue(this.#body, this.#at, this.#end);
  }

  #documents(): void {
    let item = firstItem(this.#body, this.#at, this.#end);
    let last = this.#at + 1;
    while (item !== -1) {
      this.#at = item;
      this.#document();
      last = this.#at;
      item = nextItem(this.#body, last, this.#end);
    }
    this.#at = skipSpace(this.#body, last, this.#end) + 1;
  }

  #document(): void {
    const body = this.#body;
    const end = this.#end;
    const opened = this.#at;
    let id = "";
    let seqNo = -1;
    let primaryTerm = -1;
    let version = 0;
    let source = noSource;
    let found = true;
    let last = opened + 1;
    let key = firstItem(body, opened, end);
    while (key !== -1) {
      const keyEnd = skipString(body, key, end);
      const from = valueAfterKey(body, keyEnd, end);
      const to = skipValue(body, from, end);
      switch (keys.find(body, key + 1, keyEnd - 1)) {
        case indexKey:
          this.#index = indexNames.read(body, from, to);
          break;
        case idKey:
          id = internedIds.read(body, from, to);
          break;
        case seqNoKey:
          seqNo = readDigits(body, from, to);
          break;
        case primaryTermKey:
          primaryTerm = readDigits(body, from, to);
          break;
        case versionKey:
          version = readDigits(body, from, to);
          break;
        case sourceKey:
          source = new RawText(body, from, to, this.#isOneLine);
          break;
        case sortKey:
          // Searches that sort by something else ask for `_seq_no`, which stands before.
          if (seqNo === -1) seqNo = readDigits(body, from + 1, to - 1);
          break;
        case foundKey:
          found = body[from] !== letterF;
          break;
        case errorKey:
          throw new MalformedJson(
            `document not readable: ${body.toString("utf8", from, Math.min(to, from + 300))}`,
            from,
          );
        default:
      }
      last = to;
      key = nextItem(body, to, end);
    }
    this.#at = skipSpace(body, last, end) + 1;
    if (!found) return;
    if (id === "") throw new MalformedJson("hit without _id", opened);
    this.#hits.push({ index: this.#index, id, seqNo, primaryTerm, version, source });
  }
}
