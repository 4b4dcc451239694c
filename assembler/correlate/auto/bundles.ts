import type { Candidates } from "./candidates";
import { Ranks, unassignedCost } from "./costs";
import type { Links } from "./links";
import type { RequestModel, SlotModel } from "./request-model";
import { assign, type SparseCosts } from "./sparse-assignment";

/** All calls that one request has at present, taken together. */
export interface Bundles {
  /** The request that has them now. */
  readonly holder: Int32Array;
  readonly costs: SparseCosts;
}

/** What it costs to give all calls of a request together to another one that was open when the first of them began. */
export function bundlesOf(model: RequestModel, candidates: Candidates): Bundles {
  const { links } = model;
  const requests = links.table.requestStart.length;
  const holders: number[] = [];
  const from = [0];
  const column: number[] = [];
  const cost: number[] = [];
  const without = new Float64Array(requests).fill(Number.NaN);
  const roots = model.order.filter((slot) => {
    const { anchor, orderOdds } = model.slots[slot] as SlotModel;
    return anchor.slot < 0 && orderOdds > 0;
  });
  const ranks = roots.map((slot) => ({ slot, ranks: new Ranks(model, slot) }));
  for (let holder = 0; holder < requests; holder += 1) {
    const first = firstCall(links, holder);
    if (first < 0) continue;
    holders.push(holder);
    const past = candidates.from[first + 1] as number;
    const isSettled = past - (candidates.from[first] as number) === 1;
    if (isSettled) {
      column.push(holder);
      cost.push(0);
    }
    for (let edge = candidates.from[first] as number; !isSettled && edge < past; edge += 1) {
      const request = candidates.request[edge] as number;
      if (Number.isNaN(without[request])) without[request] = model.withCallsOf(request, -1);
      let sum = (without[request] as number) - model.withCallsOf(request, holder);
      for (const { slot, ranks: ofSlot } of ranks) {
        const call = (links.callIn[slot] as Int32Array)[holder] as number;
        if (call >= 0) sum += ofSlot.displacement(request, call);
      }
      column.push(request);
      cost.push(sum);
    }
    from.push(column.length);
  }
  const costs = {
    rows: holders.length,
    columns: requests,
    from: Int32Array.from(from),
    column: Int32Array.from(column),
    cost: Float64Array.from(cost),
  };
  return { holder: Int32Array.from(holders), costs };
}

/** Gives each bundle to the request where all of them together are likeliest; answers how many went elsewhere. */
export function moveBundles({ links }: RequestModel, { holder, costs }: Bundles): number {
  const to = assign(costs, unassignedCost * links.slots.length);
  let moved = 0;
  for (let row = 0; row < holder.length; row += 1) if (to[row] !== holder[row] && to[row] !== -1) moved += 1;
  if (moved === 0 || to.includes(-1)) return 0;
  for (const calls of links.callIn) {
    const before = Int32Array.from(holder, (request) => calls[request] as number);
    calls.fill(-1);
    for (let row = 0; row < holder.length; row += 1) {
      const call = before[row] as number;
      calls[to[row] as number] = call;
      if (call >= 0) links.requestOf[call] = to[row] as number;
    }
  }
  return moved;
}

function firstCall(links: Links, request: number): number {
  let first = -1;
  for (const calls of links.callIn) {
    const call = calls[request] as number;
    if (call >= 0 && (first < 0 || call < first)) first = call;
  }
  return first;
}
