import { type IType, Root } from "protobufjs";

/** `name: "number type"`, `*` for repeated. */
const messages: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ExportRequest: { resourceSpans: "1 *ResourceSpans" },
  ExportResponse: { partialSuccess: "1 PartialSuccess" },
  PartialSuccess: { rejectedSpans: "1 int64", errorMessage: "2 string" },
  ResourceSpans: { resource: "1 Resource", scopeSpans: "2 *ScopeSpans", schemaUrl: "3 string" },
  Resource: { attributes: "1 *KeyValue", droppedAttributesCount: "2 uint32" },
  ScopeSpans: { scope: "1 Scope", spans: "2 *Span", schemaUrl: "3 string" },
  Scope: { name: "1 string", version: "2 string", attributes: "3 *KeyValue", droppedAttributesCount: "4 uint32" },
  Span: {
    traceId: "1 bytes",
    spanId: "2 bytes",
    traceState: "3 string",
    parentSpanId: "4 bytes",
    name: "5 string",
    kind: "6 int32",
    startTimeUnixNano: "7 fixed64",
    endTimeUnixNano: "8 fixed64",
    attributes: "9 *KeyValue",
    droppedAttributesCount: "10 uint32",
    events: "11 *Event",
    droppedEventsCount: "12 uint32",
    links: "13 *Link",
    droppedLinksCount: "14 uint32",
    status: "15 SpanStatus",
    flags: "16 fixed32",
  },
  Event: {
    timeUnixNano: "1 fixed64",
    name: "2 string",
    attributes: "3 *KeyValue",
    droppedAttributesCount: "4 uint32",
  },
  Link: {
    traceId: "1 bytes",
    spanId: "2 bytes",
    traceState: "3 string",
    attributes: "4 *KeyValue",
    droppedAttributesCount: "5 uint32",
    flags: "6 fixed32",
  },
  SpanStatus: { message: "2 string", code: "3 int32" },
  KeyValue: { key: "1 string", value: "2 AnyValue" },
  AnyValue: {
    stringValue: "1 string",
    boolValue: "2 bool",
    intValue: "3 int64",
    doubleValue: "4 double",
    arrayValue: "5 ArrayValue",
    kvlistValue: "6 KeyValueList",
    bytesValue: "7 bytes",
  },
  ArrayValue: { values: "1 *AnyValue" },
  KeyValueList: { values: "1 *KeyValue" },
  /** google.rpc.Status, the body of an answer that is no success. */
  Fault: { code: "1 int32", message: "2 string" },
};

/** Only one field of these is there, and it counts also when it is false, 0 or "". */
const oneOfs = ["AnyValue"];

/** OpenTelemetry's trace messages, opentelemetry-proto 1.x, by the names their JSON form has. */
export const otlpSchema = Root.fromJSON({
  nested: Object.fromEntries(Object.entries(messages).map(([name, fields]) => [name, message(name, fields)])),
});

function message(name: string, fields: Readonly<Record<string, string>>): IType {
  const described = Object.entries(fields).map(([field, text]) => {
    const [id, type = ""] = text.split(" ");
    const rule = type.startsWith("*") ? { rule: "repeated" } : {};
    return [field, { id: Number(id), type: type.replace("*", ""), ...rule }];
  });
  const oneofs = oneOfs.includes(name) ? { oneofs: { value: { oneof: Object.keys(fields) } } } : {};
  return { fields: Object.fromEntries(described) as IType["fields"], ...oneofs };
}
