import { ElasticError } from "../../../../assembler/elastic/elastic-error";
import type { ShardHead, ShardHeads, SpanPage } from "../../../../assembler/store";
import { MemoryStore } from "./memory-store";
import type { Random } from "./random";
import type { VirtualTime } from "./virtual-time";

/**
 * A store that is not always there: requests hang, are refused, or are done and never answered; an index comes back
 * later than the others. Each operation takes its time.
 */
export class FaultyStore extends MemoryStore {
  #hangsUntil = 0;
  #downUntil = 0;
  readonly #awayUntil = new Map<string, number>();

  constructor(
    readonly time: VirtualTime,
    readonly random: Random,
  ) {
    super(1, 200);
  }

  get isDown(): boolean {
    return this.time.now < this.#downUntil;
  }

  /** How long what is asked now waits for nothing. */
  get hangsForMs(): number {
    return Math.max(0, this.#hangsUntil - this.time.now);
  }

  /** First every request hangs, then each is refused. */
  fail(hangsMs: number, refusesMs: number): void {
    this.#hangsUntil = this.time.now + hangsMs;
    this.#downUntil = this.#hangsUntil + refusesMs;
  }

  /** An index is away for so long, from now on. */
  takeAway(index: string, ms: number): void {
    this.#awayUntil.set(index, this.time.now + ms);
  }

  awayForMs(index: string): number {
    return Math.max(0, (this.#awayUntil.get(index) ?? 0) - this.time.now);
  }

  override operation(): void {
    super.operation();
    this.time.pass(this.random.next());
    this.time.pass(this.hangsForMs);
    if (this.isDown) throw new ElasticError("unreachable", "nobody answers");
  }

  override heads(): Promise<ShardHeads> {
    this.away.clear();
    for (const index of this.#awayUntil.keys()) if (this.awayForMs(index) > 0) this.away.add(index);
    return super.heads();
  }

  override read(head: ShardHead, after: number): Promise<SpanPage> {
    if (this.awayForMs(head.index) > 0) throw new ElasticError("busy", `${head.index} is away`);
    return super.read(head, after);
  }
}
