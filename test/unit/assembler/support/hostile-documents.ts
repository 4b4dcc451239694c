import { spanText } from "./span-text";

/** A document that an agent gone wrong, or somebody who means harm, might index among the spans. */
export interface HostileDocument {
  /** What is hostile about it. */
  readonly what: string;
  readonly id: string;
  readonly text: string;
  /** The field that its rejection names; undefined when it is to be taken into a trace. */
  readonly rejectedFor: string | undefined;
  /** Where it is taken: the id that its span has; undefined where that is its agent's and document's. */
  readonly spanId: string | undefined;
}

type Case = readonly [
  what: string,
  change: (good: string) => string,
  rejectedFor?: string | undefined,
  /** The document's unless said. */
  spanId?: string | typeof none | undefined,
];

/** Of a span that has no id of its own. */
const none = Symbol("no id");

/** The name is in every id, so that several sets of documents do not meet. */
export function hostileDocuments(name: string): HostileDocument[] {
  const cases = [
    ...wrongTypes(),
    ...wrongTimes(),
    ...wrongDirections(),
    ...wrongContainers(),
    ...oddIds(name),
    ...oddTexts(),
    ...prototypeKeys(name),
    ...largeDocuments(),
    ...oddForms(),
    ...noJson(),
  ];
  return cases.map(([what, change, rejectedFor, spanId], place) => {
    const id = `${name}${place}`;
    return {
      what,
      id,
      text: change(goodDocument(id)),
      rejectedFor,
      spanId: spanId === none ? undefined : (spanId ?? id),
    };
  });
}

/** One that nothing is wrong with, in a trace of its own. */
export function goodDocument(id: string): string {
  const ends = { from: "10.0.0.1:80", to: "10.0.0.2:4000" };
  return spanText({ id, traceId: `t-${id}`, start: 0, end: 999_999_999, ...ends });
}

const addresses = ["tag.ebpf_tag.src_ip", "tag.ebpf_tag.dst_ip"];
const texts = [...["protocol", "component", "endpoint"].map((key) => `tag.ebpf_tag.${key}`), ...addresses];
const ids = ["trace_id", "parent_id", "span_id"].map((key) => `context.${key}`);
const ports = ["tag.ebpf_tag.src_port", "tag.ebpf_tag.dst_port"];
const integers = ["tag.ebpf_tag.tgid", "tag.ebpf_tag.pid", "metric.req_size", "metric.resp_size", ...ports];
const times = ["metric.start_time", "metric.end_time"];

function keyOf(field: string): string {
  return field.slice(field.lastIndexOf(".") + 1);
}

/** Another value for a field of the good document. */
function put(field: string, value: string): (good: string) => string {
  const pattern = new RegExp(`"${keyOf(field)}":("[^"]*"|\\d+)`);
  return (good) => good.replace(pattern, () => `"${keyOf(field)}":${value}`);
}

function without(field: string): (good: string) => string {
  return (good) => good.replace(`"${keyOf(field)}":`, '"unknown":');
}

/** Something more at the begin of the payload, which may hold anything. */
function payload(member: string): (good: string) => string {
  return (good) => good.replace('"content":{', () => `"content":{${member},`);
}

function wrongTypes(): Case[] {
  const noTexts = ["5", "-0.5", "true", "[]", '["x"]', '{"a":{"b":1}}'];
  const noIntegers = ["-1", "1.5", "1e3", '"7"', '""', "true", "[7]", "{}", "9007199254740993", "9".repeat(400)];
  return [
    ...[...texts, ...ids].flatMap((field) =>
      noTexts
        .filter((value) => value !== "5" || !addresses.includes(field))
        .map((value): Case => [`${field} is ${value} and no text`, put(field, value), field]),
    ),
    ...addresses.flatMap((field): Case[] => [
      [`${field} is the largest number that is an address`, put(field, "4294967295")],
      [`${field} is one more than that`, put(field, "4294967296"), field],
    ]),
    ...integers.flatMap((field) =>
      noIntegers.map((value): Case => [`${field} is ${value.slice(0, 30)}`, put(field, value), field]),
    ),
    ...ports.map((field): Case => [`${field} is larger than ports are`, put(field, "65536"), field]),
    ...ports.map((field): Case => [`${field} is the largest port`, put(field, "65535")]),
    ...[...texts, ...integers, "context.trace_id", "context.parent_id"].map(
      (field): Case => [`${field} is null, as if it were absent`, put(field, "null")],
    ),
  ];
}

function wrongTimes(): Case[] {
  const noTimes = [
    "-1",
    "-9223372036854775808",
    "1.5",
    "1e18",
    '""',
    '"yesterday"',
    '"0x10"',
    '" 5"',
    '"2026-01-31T00:00:00Z"',
    '"NaN"',
    "true",
    "[1]",
    "{}",
    "null",
    "9223372036854775808",
    "1".repeat(3000),
    '"１２３"',
  ];
  return [
    ...times.flatMap((field) =>
      noTimes.map((value): Case => [`${field} is ${value.slice(0, 30)}`, put(field, value), field]),
    ),
    ...times.map((field): Case => [`${field} is absent`, without(field), field]),
    ["it ends before it begins", put("metric.end_time", "7"), "metric.end_time"],
    [
      "it ends a nanosecond before it begins, beyond 2^53",
      put("metric.end_time", "1700000000123456788"),
      "metric.end_time",
    ],
    ["both times are zero", (good) => put("metric.start_time", "0")(put("metric.end_time", "0")(good))],
    ["it begins at zero and ends now", put("metric.start_time", "0")],
    ["it lasts until the largest time there is", put("metric.end_time", "9223372036854775807")],
    ["its times are digits in texts", put("metric.end_time", '"1700000000999999999"')],
    ["its duration contradicts its times", put("metric.duration", '"-5"')],
  ];
}

function wrongDirections(): Case[] {
  const field = "tag.ebpf_tag.direction";
  const values = ["null", '""', '"ingress"', '"EGRESS"', '"Ingress "', '"Ingress\\u0000"', "5", "[]", "{}", "true"];
  return [
    ...values.map((value): Case => [`${field} is ${value}`, put(field, value), field]),
    [`${field} is absent`, without(field), field],
  ];
}

/** What each container holds that a span cannot do without. */
const needed = {
  metric: "metric.start_time",
  context: undefined,
  tag: "tag.ebpf_tag.direction",
  ebpf_tag: "tag.ebpf_tag.direction",
  content: undefined,
} as const;

function wrongContainers(): Case[] {
  return Object.entries(needed).flatMap(([name, field]) =>
    ["null", "5", '"x"', "true", "[]", "[[]]", "{}"].map(
      (value): Case => [
        `${name} is ${value}`,
        (good) => {
          const start = good.indexOf(`"${name}":{`) + name.length + 3;
          return good.slice(0, start) + value + good.slice(endOfObject(good, start));
        },
        field,
        name === "context" ? none : undefined,
      ],
    ),
  );
}

/** Of the object that opens at `start`; the good document has no brace inside its texts. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  for (let at = start; ; at += 1) {
    if (text[at] === "{") depth += 1;
    if (text[at] === "}") depth -= 1;
    if (depth === 0) return at + 1;
  }
}

function oddIds(name: string): Case[] {
  const longest = name + "i".repeat(512 - name.length);
  const spanId = (what: string, id: string): Case => [what, put("context.span_id", JSON.stringify(id)), undefined, id];
  return [
    ["context.span_id is null", put("context.span_id", "null"), undefined, none],
    ["context.span_id is empty", put("context.span_id", '""'), undefined, none],
    ["context.span_id is absent", without("context.span_id"), undefined, none],
    ...ids.flatMap((field): Case[] => [
      [`${field} has 513 bytes, one more than an id may`, put(field, `"${"x".repeat(513)}"`), field],
      [`${field} has 200 characters of 3 bytes each`, put(field, `"${"€".repeat(200)}"`), field],
      [`${field} has a million characters`, put(field, `"${"x".repeat(1_000_000)}"`), field],
    ]),
    spanId("its id has 512 bytes", longest),
    spanId("its id has NUL in it", `${name}-\0-nul`),
    spanId("its id is half of a surrogate pair away from being a text", `${name}-💥`),
    spanId("its id has quotes and backslashes", `${name}"\\"`),
    spanId("its id looks like a path and a query", `${name}/../_search?q=*`),
    spanId("its id has line breaks", `${name}\r\n{"delete":{"_index":"traces"}}\n`),
    ["it is its own parent", (good) => put("context.parent_id", JSON.stringify(idOf(good)))(good)],
    ["its trace id has NUL in it", put("context.trace_id", `"${name}\\u0000t"`)],
    ["its trace id begins with an underscore and has slashes", put("context.trace_id", `"_${name}/_doc/../x"`)],
    ["its trace id has 512 bytes", put("context.trace_id", JSON.stringify(`T${longest.slice(1)}`))],
    ["its trace id would be an action of a bulk request", put("context.trace_id", `"${name}\\n{\\"delete\\":{}}\\n"`)],
  ];
}

function idOf(good: string): string {
  return /"span_id":"([^"]*)"/.exec(good)?.[1] ?? "";
}

function oddTexts(): Case[] {
  const odd: [what: string, text: string][] = [
    ["NUL", "\\u0000\\u0000"],
    ["a lone high surrogate", "\\ud800"],
    ["a lone low surrogate", "x\\udfff"],
    ["every escape there is", '\\"\\\\\\/\\b\\f\\n\\r\\t\\u001f'],
    ["text that runs from right to left", "\u202eexe.txt"],
    ["line separators", "\u2028\u2029"],
    ["40,000 characters", "x".repeat(40_000)],
    ["5,000 times NUL, half a pair and an accent", "\\u0000\\ud800é".repeat(5000)],
    ["what would end the JSON around it", '\\"}]}}'],
    ["an escape sequence of terminals", "\\u001b[2J\\u001b]0;x\\u0007"],
  ];
  return ["tag.ebpf_tag.endpoint", "tag.ebpf_tag.component", "tag.ebpf_tag.src_ip", "content.resp_content"].flatMap(
    (field) => odd.map(([what, text]): Case => [`${field} holds ${what}`, put(field, `"${text}"`)]),
  );
}

function prototypeKeys(name: string): Case[] {
  const keys = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf"];
  return [
    ...keys.map((key): Case => [`its payload has the key ${key}`, payload(`"${key}":{"polluted":true}`)]),
    ...keys.map((key): Case => [`it has the key ${key}`, (good) => good.replace("{", `{"${key}":{"polluted":true},`)]),
    ...keys.map((key): Case => [`its component is called ${key}`, put("tag.ebpf_tag.component", `"${key}"`)]),
    ...keys.map((key): Case => [`its trace id is ${key}`, put("context.trace_id", `"${key}"`)]),
    ...keys.map((key): Case => [`its parent is called ${key}`, put("context.parent_id", `"${key}-${name}"`)]),
    ...keys.map(
      (key): Case => [
        `its id begins with ${key}`,
        put("context.span_id", `"${key}.${name}"`),
        undefined,
        `${key}.${name}`,
      ],
    ),
    ["its payload makes a prototype step by step", payload('"constructor":{"prototype":{"polluted":true}}')],
  ];
}

function largeDocuments(): Case[] {
  const nested = (open: string, close: string, levels: number) => open.repeat(levels) + close.repeat(levels);
  return [
    ["lists 900 deep", payload(`"deep":${nested("[", "]", 900)}`)],
    ["objects 900 deep", payload(`"deep":${'{"a":'.repeat(900)}1${"}".repeat(900)}`)],
    ["a payload of 3 MB", payload(`"body":"${"y".repeat(3_000_000)}"`)],
    ["a payload of 10 MB", payload(`"body":"${"z".repeat(10_000_000)}"`)],
    ["10,000 fields", payload(Array.from({ length: 10_000 }, (_, place) => `"k${place}":${place}`).join(","))],
    ["a list of 100,000 numbers", payload(`"list":[${"1,".repeat(99_999)}1]`)],
    ["a key of 100,000 characters", payload(`"${"k".repeat(100_000)}":1`)],
    ["numbers no double holds", payload(`"n":[123456789012345678901234567890.5,1e400,-0.0,9007199254740993]`)],
    ["a list of a million levels' worth of text", payload(`"deep":"${"[".repeat(1_000_000)}"`)],
  ];
}

function oddForms(): Case[] {
  return [
    ["it is spread over lines", (good) => good.replaceAll(",", ",\n\t").replaceAll("{", "{\r\n ")],
    ["it begins and ends with white space", (good) => ` \n\t${good}\r\n `],
    [
      "it has unknown fields that look like ours",
      (good) => good.replace("{", '{"context2":{"span_id":"x"},"Metric":{},'),
    ],
    ["our fields stand too deep to be ours", payload('"a":{"b":{"c":{"span_id":5,"start_time":-1}}}')],
    ["an empty object", () => "{}", "metric.start_time"],
    ["another kind of document", () => '{"message":"hello","level":"info"}', "metric.start_time"],
    ["its span_id is spelt with an escape", (good) => good.replace('"span_id"', '"span\\u005fid"'), undefined, none],
    ["a list of levels that Elasticsearch does not take", payload(`"deep":${"[".repeat(5000)}${"]".repeat(5000)}`)],
  ];
}

/** What no Elasticsearch takes, but a proxy or a broken answer may hand over. */
function noJson(): Case[] {
  return [
    ["metric.start_time is NaN", put("metric.start_time", "NaN"), "metric.start_time"],
    ["metric.end_time is Infinity", put("metric.end_time", "Infinity"), "metric.end_time"],
    ["half a document", (good) => good.slice(0, good.length / 2), "_source"],
    ["nothing", () => "", "_source"],
    ["a list", () => "[]", "_source"],
    ["a text", () => '"span"', "_source"],
    ["a number", () => "5", "_source"],
    ["null", () => "null", "_source"],
    ["a page of a proxy", () => "<html><body>502 Bad Gateway</body></html>", "_source"],
    ["keys without quotes", () => "{span_id:1}", "_source"],
    ["a byte order mark before it", (good) => `\ufeff${good}`, "_source"],
    ["a key without a value", () => '{"context"}', "_source"],
    ["a text that never ends", () => `{"context":"${"x".repeat(100_000)}`, "_source"],
    ["an object that never ends", () => '{"context":{"span_id":"x",', "_source"],
  ];
}
