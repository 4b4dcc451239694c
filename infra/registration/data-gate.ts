import { setTimeout as pause } from "node:timers/promises";
import { ElasticError } from "../../assembler/elastic/elastic-error";
import { readSearchHits } from "../../assembler/elastic/search-hits";
import type { ResourceLog } from "../provider-server/resource-handler";
import { askElastic, askElasticJson } from "./elastic-requests";
import type { DataGate, ElasticTarget } from "./registration-contract";
import {
  type Arrival,
  judgeArrival,
  passes,
  type ShardMarks,
  type ShardNews,
  type ShardStats,
  shardMarks,
  shardsWithNews,
} from "./span-arrival";

const firstPauseMs = 250;
const longestPauseMs = 2000;
/** Documents looked at in one shard; the newest ones. */
const sampleSize = 100;

/**
 * Waits until spans of the agent that were indexed after this call began arrive and can be read. Throws an Error whose message says what was looked
 * for and what was there, once the deadline is over or Elasticsearch refuses; an Elasticsearch that is away for a while is waited for.
 */
export async function waitForSpans(
  agent: string,
  target: ElasticTarget,
  gate: DataGate,
  call: { readonly log: ResourceLog; readonly cancelled: AbortSignal },
): Promise<void> {
  const { index, deadlineSeconds } = gate;
  const began = Date.now();
  const deadline = began + deadlineSeconds * 1000;
  let before: ShardMarks | undefined;
  let found = "nothing was looked at yet";
  for (let wait = firstPauseMs; ; wait = Math.min(wait * 1.5, longestPauseMs)) {
    try {
      const now = await readMarks(target, index, call.cancelled);
      before ??= now;
      const arrival = await readNews(agent, target, shardsWithNews(before, now), call.cancelled);
      if (passes(arrival)) return report(agent, index, arrival, call.log);
      found = foundWords(index, now, arrival);
    } catch (error) {
      if (!(error instanceof ElasticError) || error.kind === "denied") throw error;
      found = `Elasticsearch could not be asked: ${error.message}`;
    }
    const left = deadline - Date.now();
    if (left <= 0) throw new Error(inVain(agent, target, gate, began, found));
    call.log.status(`waits for spans in ${index} (${Math.ceil(left / 1000)} s left; ${found})`);
    await pause(Math.min(wait, left), undefined, { signal: call.cancelled });
  }
}

async function readMarks(target: ElasticTarget, index: string, cancelled: AbortSignal): Promise<ShardMarks> {
  const fields = "indices.*.uuid,indices.*.shards.*.routing.primary,indices.*.shards.*.seq_no.max_seq_no";
  const path = `/${encodeURIComponent(index)}/_stats/docs?level=shards&filter_path=${fields}`;
  const { status, answer } = await askElasticJson<ShardStats>(
    target,
    { method: "GET", path, allowed: [404] },
    cancelled,
  );
  return shardMarks(status === 404 ? {} : answer);
}

async function readNews(
  agent: string,
  target: ElasticTarget,
  news: readonly ShardNews[],
  cancelled: AbortSignal,
): Promise<Arrival> {
  for (const name of new Set(news.map(({ index }) => encodeURIComponent(index)))) {
    await askElastic(target, { method: "POST", path: `/${name}/_refresh`, allowed: [404] }, cancelled);
  }
  const pages = await Promise.all(
    news.map(async ({ index, shard, after }) => {
      const body = { size: sampleSize, query: { range: { _seq_no: { gt: after } } }, sort: [{ _seq_no: "desc" }] };
      const path = `/${encodeURIComponent(index)}/_search?preference=_shards:${shard}`;
      const answer = await askElastic(target, { method: "POST", path, body }, cancelled);
      return readSearchHits(answer.body).hits;
    }),
  );
  return judgeArrival(agent, pages.flat());
}

function foundWords(index: string, marks: ShardMarks, { spans, rejected, reason }: Arrival): string {
  if (marks.size === 0) return `there is no index ${index}`;
  if (spans + rejected === 0) return `nothing new came to ${index}`;
  return `${rejected} of ${spans + rejected} new documents in ${index} are no spans: ${reason}`;
}

function report(agent: string, index: string, { rejected, spans, reason }: Arrival, log: ResourceLog): void {
  if (rejected === 0) return;
  log.warning(`agent "${agent}": ${rejected} of ${spans + rejected} new documents in ${index} are no spans: ${reason}`);
}

function inVain(agent: string, target: ElasticTarget, gate: DataGate, began: number, found: string): string {
  return (
    `agent "${agent}": no spans of it within ${gate.deadlineSeconds} s: looked in ${gate.index} of ${target.url} for spans indexed since ` +
    `${new Date(began).toISOString()}, but ${found}. It traces ${gate.traced}: do those get requests, and can the host reach ` +
    "Elasticsearch? To go on with health alone: pulumi config set --path deeptrace:rollout.gate health; " +
    "to wait longer: deeptrace:rollout.deadline"
  );
}
