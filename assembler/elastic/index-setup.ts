import type { Notice } from "../assembly";
import { dailyIndexName, dailyIndexPattern } from "./daily-index";
import { indicesOf, makeIndex } from "./daily-indices";
import type { ElasticConnection } from "./elastic-connection";
import {
  agentStatusIndex,
  assemblerIndex,
  callGraphIndex,
  rejectedIndex,
  serviceMetricsIndex,
  tracesIndex,
} from "./index-names";
import { type IndexTemplate, putTemplates, upgradeMappings, versioned } from "./index-templates";
import { callGraphMappings, serviceMetricsMappings } from "./metrics-mappings";

const keyword = { type: "keyword", ignore_above: 512 };
/** Longer than span ids: warnings, reasons, endpoints with their query. */
const longKeyword = { type: "keyword", ignore_above: 2048 };
/** An agent's odd value must not cost the whole document: it is stored, and rejected with its reason when read. */
const long = { type: "long", ignore_malformed: true };
const ip = { type: "ip", ignore_malformed: true };
/** Found by its values all the same, only slower: nobody looks for these alone, and each index costs Elasticsearch at every trace. */
const seldomSought = { ...long, index: false };
const unindexed = { type: "object", enabled: false };
const flag = { type: "boolean" };

const settings = {
  number_of_shards: 1,
  // One copy more where there is a second node, and no missing one where there is not.
  auto_expand_replicas: "0-1",
  refresh_interval: "1s",
};

/** User payloads never grow a mapping: fields not named here are stored as they are and not indexed. */
const mappings = (properties: object) => ({ dynamic: false, properties });

const spanMappings = mappings({
  context: { properties: { trace_id: keyword, span_id: keyword, parent_id: keyword } },
  tag: {
    properties: {
      docker_tag: unindexed,
      ebpf_tag: {
        properties: {
          tgid: long,
          pid: long,
          protocol: keyword,
          component: keyword,
          direction: keyword,
          src_ip: ip,
          dst_ip: ip,
          src_port: long,
          dst_port: long,
          endpoint: longKeyword,
        },
      },
    },
  },
  metric: {
    properties: { start_time: long, end_time: long, duration: long, req_size: long, resp_size: long },
  },
  content: unindexed,
  // What is searched for in spans that are flat.
  start_time: long,
  component: keyword,
});

const traceMappings = mappings({
  revision: seldomSought,
  settled: flag,
  closed_by: keyword,
  closed_at: { type: "date", format: "epoch_millis" },
  age_ms: seldomSought,
  changes: unindexed,
  trace_id: keyword,
  root_span_id: keyword,
  start_time: long,
  end_time: long,
  minutes: { type: "date", format: "epoch_millis" },
  e2e_duration: long,
  span_num: seldomSought,
  endpoint: longKeyword,
  component_name: keyword,
  protocol: keyword,
  status_code: keyword,
  client_ip: ip,
  client_port: seldomSought,
  server_ip: ip,
  server_port: seldomSought,
  services: keyword,
  // Looked for, never sorted or counted by.
  span_ids: { ...keyword, doc_values: false },
  error: flag,
  complete: flag,
  warnings: longKeyword,
  critical_path: { ...keyword, index: false, doc_values: false },
  operations: unindexed,
  clock_corrections: { properties: { agent: keyword, relative_to: keyword, offset_ns: long } },
  spans: unindexed,
});

const rejectionMappings = mappings({
  index: keyword,
  id: keyword,
  seq_no: long,
  span_id: keyword,
  field: keyword,
  reason: longKeyword,
  rejected_at: { type: "date", format: "epoch_millis" },
});

const moment = { type: "date", format: "epoch_millis" };

const agentStatusMappings = mappings({
  agent: keyword,
  status: keyword,
  reason: longKeyword,
  since: moment,
  host: keyword,
  index: keyword,
  registered: flag,
  last_span_at: moment,
  last_span_start: long,
  rate: { type: "double" },
  unread: long,
  behind_since: moment,
  rejected: long,
  api: { properties: { state: keyword, reason: longKeyword, took_ms: long } },
  clock_offset_ms: long,
  clock_error_ms: long,
  watched_since: moment,
  looked_at: moment,
  assembler: keyword,
  last_seq_no: unindexed,
});

/** To be raised with every change that adds to a mapping: existing indices of an older one get what it adds. */
export const mappingVersion = 4;

export const spanTemplateName = "deeptrace-spans";

/** Index template by name; `priority` decides where two patterns fit, as `spans_*` and `spans_rejected` do. */
export const indexTemplates: Readonly<Record<string, IndexTemplate>> = versioned(mappingVersion, {
  [spanTemplateName]: {
    index_patterns: ["spans_*"],
    priority: 200,
    template: { settings, mappings: spanMappings },
  },
  "deeptrace-spans-rejected": {
    index_patterns: [rejectedIndex],
    priority: 300,
    template: { settings, mappings: rejectionMappings },
  },
  "deeptrace-traces": {
    index_patterns: [dailyIndexPattern(tracesIndex)],
    priority: 200,
    template: { settings, mappings: traceMappings, aliases: { [tracesIndex]: {} } },
  },
  "deeptrace-agent-status": {
    index_patterns: [agentStatusIndex],
    priority: 200,
    template: { settings, mappings: agentStatusMappings },
  },
  "deeptrace-service-metrics": {
    index_patterns: [serviceMetricsIndex],
    priority: 200,
    template: { settings, mappings: serviceMetricsMappings },
  },
  "deeptrace-call-graph": {
    index_patterns: [callGraphIndex],
    priority: 200,
    template: { settings, mappings: callGraphMappings },
  },
  "deeptrace-assembler": {
    index_patterns: [assemblerIndex],
    priority: 200,
    template: { settings, mappings: { dynamic: false } },
  },
});

/**
 * Puts the templates, gives existing indices the fields they lack, and makes the assembler's own indices where they are
 * missing. May be called again at any time.
 */
export async function setUpIndices(connection: ElasticConnection, notice: Notice = () => {}): Promise<void> {
  await putTemplates(connection, indexTemplates, notice);
  if ((await indicesOf(connection, tracesIndex)).length === 0) {
    await makeIndex(connection, dailyIndexName(tracesIndex, Date.now()));
  }
  for (const index of [rejectedIndex, agentStatusIndex, serviceMetricsIndex, callGraphIndex, assemblerIndex]) {
    const { status } = await connection.ask({ method: "HEAD", path: `/${index}`, allowed: [404] });
    if (status === 404) await makeIndex(connection, index);
  }
  // What had the alias' name before there were daily indices goes on taking traces.
  await upgradeMappings(connection, indexTemplates, { "deeptrace-traces": tracesIndex }, notice);
  for (const index of [
    tracesIndex,
    rejectedIndex,
    agentStatusIndex,
    serviceMetricsIndex,
    callGraphIndex,
    assemblerIndex,
  ]) {
    await connection.ask({
      method: "GET",
      path: `/_cluster/health/${index}`,
      query: { wait_for_status: "yellow", timeout: "30s" },
      allowed: [408],
    });
  }
}
