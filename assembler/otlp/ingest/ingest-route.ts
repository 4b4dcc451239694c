import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ElasticError } from "../../elastic/elastic-error";
import { encodeFault, encodeResponse } from "../otlp-protobuf";
import type { OtlpIngestSettings } from "../otlp-settings";
import { type Encoding, encodingOf, RequestFault, readRequest, tooLarge } from "./read-request";
import { type SpanStoring, storeSpans } from "./store-spans";

/** Requests worked on at once; each may hold its body twice in memory. */
const mostAtOnce = 8;
const retryAfterSeconds = "1";
/** gRPC's codes, which OTLP's faults carry, by HTTP's status. */
const grpcCodes: Readonly<Record<number, number>> = { 400: 3, 401: 16, 413: 8, 415: 3, 429: 8, 503: 14 };
const contentTypes: Readonly<Record<Encoding, string>> = {
  json: "application/json",
  protobuf: "application/x-protobuf",
};

export interface Ingest extends Omit<SpanStoring, "index"> {
  readonly settings: OtlpIngestSettings;
  /** Whether the indices' templates are there: an index made before them would have a mapping of its own. */
  readonly isReady: () => boolean;
}

/** Adds `POST /v1/traces`, which takes OpenTelemetry spans by OTLP/HTTP. */
export function addIngestRoute(server: FastifyInstance, ingest: Ingest): void {
  const { settings, tally } = ingest;
  let underway = 0;
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    const limits = { parseAs: "buffer", bodyLimit: settings.max_body_bytes } as const;
    scope.addContentTypeParser("*", limits, (_request, body, done) => done(null, body));
    scope.setErrorHandler((error, request, reply) => {
      const isTooLarge = (error as { code?: unknown }).code === "FST_ERR_CTP_BODY_TOO_LARGE";
      tally.refusedRequests += 1;
      return answerFault(request, reply, isTooLarge ? tooLarge(settings.max_body_bytes) : error);
    });
    scope.addHook("onRequest", async (request) => {
      if (!isAllowed(request, settings))
        throw new RequestFault(401, "authorization: the bearer token is missing or wrong");
      if (!ingest.isReady()) throw new RequestFault(503, "starting");
      if (underway >= mostAtOnce) throw new RequestFault(429, "too many requests at once");
    });
    scope.post("/v1/traces", async (request, reply) => {
      underway += 1;
      try {
        const encoding = encodingOf(request.headers["content-type"] ?? "");
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const packed = request.headers["content-encoding"] ?? "";
        const received = await readRequest(body, encoding, packed, settings.max_body_bytes);
        const response = await storeSpans({ ...ingest, index: settings.index }, received);
        reply.type(contentTypes[encoding]);
        return encoding === "json" ? JSON.stringify(response) : encodeResponse(response);
      } finally {
        underway -= 1;
      }
    });
  });
}

/** Compares digests, whose length says nothing of the token's. */
function isAllowed({ headers }: FastifyRequest, { token }: OtlpIngestSettings): boolean {
  if (token === undefined) return true;
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(headers.authorization ?? ""), digest(`Bearer ${token}`));
}

function answerFault(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const { status, message } = faultOf(error);
  const code = grpcCodes[status] ?? 2;
  if (status === 429 || status === 503) reply.header("retry-after", retryAfterSeconds);
  reply.code(status);
  const isProtobuf = request.headers["content-type"]?.startsWith(contentTypes.protobuf) ?? false;
  if (isProtobuf) return reply.type(contentTypes.protobuf).send(encodeFault(code, message));
  return reply.type(contentTypes.json).send(JSON.stringify({ code, message }));
}

/** Whatever Elasticsearch's trouble is, it is not the client's, which keeps the spans and sends them again. */
function faultOf(error: unknown): { status: number; message: string } {
  if (error instanceof RequestFault) return error;
  if (error instanceof ElasticError) return { status: 503, message: error.message };
  const status = (error as { statusCode?: unknown }).statusCode;
  if (typeof status === "number" && status < 500) return { status, message: (error as Error).message };
  return { status: 500, message: "internal fault" };
}
