import type { Random } from "../../../unit/assembler/support/random";
import { type Arrival, randomTraffic } from "../../../unit/assembler/support/random-traffic";

/** Traffic of many scenes with names and times of their own, in an order that mixes neighbours. */
export function longTraffic(random: Random, scenes: number): Arrival[] {
  const arrivals = Array.from({ length: scenes }, (_, scene) =>
    randomTraffic(random, { name: `x${scene}-`, start: scene * 20_000_000 }).map((arrival) => ({
      arrival,
      at: scene + random.next() * 30,
    })),
  );
  return arrivals
    .flat()
    .sort((left, right) => left.at - right.at)
    .map(({ arrival }) => arrival);
}
