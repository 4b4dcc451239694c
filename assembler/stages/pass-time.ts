import type { Assembly } from "../assembly";
import { shardKey } from "../store";
import type { Turn } from "../turn";
import { endMs, sampleSize } from "../window/traffic-time";

/** Lets the time of the traffic pass to where it was read. Needs `decoded`, sets `now`. */
export function passTime({ traffic, limits }: Assembly, turn: Turn): void {
  if (turn.read === undefined) return;
  const { askedAt, unread, newest } = turn.read;
  traffic.learn(askedAt, newest);
  if (unread.size > 0) {
    for (const { page, spans } of turn.decoded) {
      traffic.reach(
        shardKey(page.shard),
        spans.slice(-sampleSize).map(({ decoded: span }) => endMs(span)),
      );
    }
  }
  traffic.advance(askedAt, unread, limits.recentMs);
  turn.now = traffic.now ?? turn.now;
}
