import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { StoredSpan } from "./span-document";
import { countLines, readSegment, segmentText } from "./spool-segment";

export interface SpoolLimits {
  /** Bytes after which a new segment is begun. */
  segmentBytes: number;
  /** Bytes of all segments together. */
  totalBytes: number;
}

interface Segment {
  path: string;
  number: number;
  bytes: number;
}

/**
 * Spans on disk, oldest first, that outlive the agent. Segments are files of one span a line (`id`, a tab, its JSON), only
 * appended to, and deleted once all of their spans were taken. How far the oldest segment was taken stands in `position`;
 * it may be a little behind after a crash, so that spans are sent again, which their ids make harmless. A last line that
 * a crash cut short is passed over. Calls must not overlap, except that `append` may be called any time.
 */
export class Spool {
  #segments: Segment[] = [];
  #tail: FileHandle | undefined;
  /** Bytes of the oldest segment that were taken. */
  #position = 0;
  #count = 0;
  /** What the last `peek` gave. */
  #peeked = { bytes: 0, count: 0 };
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly directory: string,
    private limits: SpoolLimits,
  ) {}

  /** Opens the spool in `directory`, which is made if missing, with what an earlier agent left there. */
  static async open(directory: string, limits: SpoolLimits): Promise<Spool> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const spool = new Spool(directory, limits);
    await spool.#load();
    return spool;
  }

  /** Spans on disk. */
  get count(): number {
    return this.#count;
  }

  /** New limits count from the next append on. */
  limit(limits: SpoolLimits): void {
    this.limits = limits;
  }

  /**
   * Appends as many of the spans as there is room for, in order, and syncs them to the disk. Returns how many it took.
   * Throws the file system's error only if it took none.
   */
  append(spans: readonly StoredSpan[]): Promise<number> {
    return this.#inTurn(async () => {
      let room = this.limits.totalBytes - this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
      let taken = 0;
      while (taken < spans.length) {
        const { text, bytes, count } = segmentText(spans, taken, Math.min(room, this.limits.segmentBytes));
        // A span larger than a whole segment gets one of its own.
        if (count === 0 || bytes > room) break;
        try {
          await this.#write(text, bytes);
        } catch (error) {
          if (taken === 0) throw error;
          break;
        }
        room -= bytes;
        taken += count;
        this.#count += count;
      }
      return taken;
    });
  }

  /** The oldest spans, at most `count` of them and `bytes`, but at least one. They stay until `drop` is called; empty if there are none. */
  peek(count: number, bytes: number): Promise<StoredSpan[]> {
    return this.#inTurn(async () => {
      for (;;) {
        const segment = this.#segments[0];
        if (segment === undefined) return [];
        if (this.#segments.length === 1) await this.#closeTail();
        const { spans, length } = await readSegment(segment.path, this.#position, segment.bytes, count, bytes);
        this.#peeked = { bytes: length, count: spans.length };
        if (spans.length > 0) return spans;
        await this.#removeOldest(segment);
      }
    });
  }

  /** Removes the spans that the last `peek` gave. */
  drop(): Promise<void> {
    return this.#inTurn(async () => {
      const segment = this.#segments[0];
      if (segment === undefined) return;
      this.#position += this.#peeked.bytes;
      this.#count -= this.#peeked.count;
      this.#peeked = { bytes: 0, count: 0 };
      if (this.#position >= segment.bytes) await this.#removeOldest(segment);
      else await this.#savePosition(segment.number);
    });
  }

  async close(): Promise<void> {
    await this.#inTurn(() => this.#closeTail());
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #load(): Promise<void> {
    const numbers = (await readdir(this.directory)).flatMap((name) => /^(\d{8})\.ndjson$/.exec(name)?.[1] ?? []).sort();
    for (const digits of numbers) {
      const path = join(this.directory, `${digits}.ndjson`);
      this.#segments.push({ path, number: Number(digits), bytes: (await stat(path)).size });
    }
    const first = this.#segments[0];
    const saved = await readFile(join(this.directory, "position"), "utf8").catch(() => "");
    const [number, position] = saved.split(" ").map(Number);
    if (first !== undefined && number === first.number) this.#position = Math.min(position ?? 0, first.bytes);
    for (const segment of this.#segments)
      this.#count += await countLines(segment.path, segment === first ? this.#position : 0);
  }

  async #write(text: string, bytes: number): Promise<void> {
    let segment = this.#segments.at(-1);
    if (this.#tail === undefined || segment === undefined || segment.bytes + bytes > this.limits.segmentBytes) {
      await this.#closeTail();
      const number = (segment?.number ?? 0) + 1;
      segment = { path: join(this.directory, `${String(number).padStart(8, "0")}.ndjson`), number, bytes: 0 };
      this.#tail = await open(segment.path, "a", 0o600);
      this.#segments.push(segment);
    }
    try {
      await this.#tail.writeFile(text);
      await this.#tail.sync();
    } catch (error) {
      // What was half written must stay the segment's end, so nothing more is appended to it.
      await this.#closeTail();
      throw error;
    }
    segment.bytes += bytes;
  }

  async #closeTail(): Promise<void> {
    const tail = this.#tail;
    this.#tail = undefined;
    await tail?.close();
  }

  async #removeOldest(segment: Segment): Promise<void> {
    if (this.#segments.length === 1) await this.#closeTail();
    this.#segments.shift();
    this.#position = 0;
    // First the position: left behind, it would be taken as that of a later segment of the same number.
    await rm(join(this.directory, "position"), { force: true });
    await unlink(segment.path);
  }

  /** Neither synced nor checked: a position that is behind only makes spans be sent again. */
  async #savePosition(number: number): Promise<void> {
    const path = join(this.directory, "position");
    await writeFile(`${path}.new`, `${number} ${this.#position}`, { mode: 0o600 })
      .then(() => rename(`${path}.new`, path))
      .catch(() => undefined);
  }
}
