import assert from "node:assert/strict";
import { test } from "node:test";
import { Places } from "../../../infra/ssh/places";

/** Work that stays under way until it is let go. */
function heldWork() {
  const letGo: (() => void)[] = [];
  const order: number[] = [];
  let most = 0;
  let now = 0;
  const work = (position: number) => async () => {
    order.push(position);
    now += 1;
    most = Math.max(most, now);
    await new Promise<void>((resolve) => letGo.push(resolve));
    now -= 1;
  };
  const finishAll = async (all: Promise<unknown>[]) => {
    let done = false;
    const end = Promise.allSettled(all).then(() => {
      done = true;
    });
    while (!done) {
      for (const release of letGo.splice(0)) release();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await end;
  };
  return { work, finishAll, order, most: () => most };
}

test("at most so many of a key are under way, in order of arrival", async () => {
  const places = new Places(8);
  const { work, finishAll, order, most } = heldWork();
  await finishAll(Array.from({ length: 50 }, (_, position) => places.within("a", work(position))));
  assert.equal(most(), 8);
  assert.deepEqual(
    order,
    Array.from({ length: 50 }, (_, position) => position),
  );
});

test("a busy key does not hold up the others", async () => {
  const places = new Places(1);
  const { work, finishAll } = heldWork();
  const busy = [places.within("a", work(1)), places.within("a", work(2))];
  assert.equal(await places.within("b", async () => "through"), "through");
  await finishAll(busy);
});

test("failed work gives its place back", async () => {
  const places = new Places(1);
  const failed = places.within("a", async () => Promise.reject(new Error("no")));
  const next = places.within("a", async () => 1);
  await assert.rejects(failed, /no/);
  assert.equal(await next, 1);
  assert.equal(await places.within("a", async () => 2), 2);
});
