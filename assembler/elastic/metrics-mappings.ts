const keyword = { type: "keyword", ignore_above: 512 };
const long = { type: "long" };

const common = {
  minute: { type: "date", format: "epoch_millis" },
  /** As traces have it, so that one search finds the minutes of all three. */
  minutes: { type: "alias", path: "minute" },
  endpoint: keyword,
  count: long,
  errors: long,
  throughput: { type: "double" },
  avg_duration: long,
  p50_duration: long,
  p95_duration: long,
  p99_duration: long,
  max_duration: long,
  histogram: { type: "object", enabled: false },
};

export const serviceMetricsMappings = { dynamic: false, properties: { ...common, service: keyword } };

export const callGraphMappings = {
  dynamic: false,
  properties: {
    ...common,
    caller: keyword,
    callee: keyword,
    protocol: keyword,
    unseen: long,
    avg_network_time: long,
  },
};
