/**
 * OpenTelemetry's traces as OTLP writes them in JSON: ids are hexadecimal digits, 64-bit numbers are digits in strings.
 * Of what others send nothing is certain but that it is JSON, hence `unknown` in `ReceivedSpan`.
 */
export interface ExportRequest {
  readonly resourceSpans: readonly ResourceSpans[];
}

export interface ResourceSpans {
  readonly resource?: Resource;
  readonly scopeSpans: readonly ScopeSpans[];
}

export interface Resource {
  readonly attributes?: readonly KeyValue[];
}

export interface ScopeSpans {
  readonly scope?: Scope;
  readonly spans: readonly OtlpSpan[];
}

export interface Scope {
  readonly name?: string;
  readonly version?: string;
}

export interface OtlpSpan {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** "" = none. */
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: SpanKind;
  /** Nanoseconds since 1970, digits. */
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly KeyValue[];
  readonly status?: SpanStatus;
}

/** 1 internal, 2 server, 3 client, 4 producer, 5 consumer; 0 = not said. */
export type SpanKind = 0 | 1 | 2 | 3 | 4 | 5;

export interface SpanStatus {
  /** 1 fine, 2 error; 0 = not said. */
  readonly code?: 0 | 1 | 2;
  readonly message?: string;
}

export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

export interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  /** Digits. */
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values: readonly AnyValue[] };
}

/** What became of the spans of a request that was taken; absent when all of them were. */
export interface PartialSuccess {
  /** Digits. */
  readonly rejectedSpans?: string;
  readonly errorMessage?: string;
}

export interface ExportResponse {
  readonly partialSuccess?: PartialSuccess;
}
