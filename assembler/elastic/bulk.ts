import { ByteWriter } from "../json/byte-writer";
import type { WriteOutcome } from "../store";
import { type BulkOperation, writeBulkBody } from "./bulk-body";
import type { ElasticConnection } from "./elastic-connection";
import { ElasticError } from "./elastic-error";

/** Bytes of one bulk request: larger ones gained nothing, and Elasticsearch refuses more than 100 MB. */
const requestBytes = 4 * 1024 * 1024;
const requestsAtOnce = 2;

/** Writers of requests that are over; there are never more than requests at once. */
const idleWriters: ByteWriter[] = [];

interface BulkItem {
  readonly status: number;
  readonly _seq_no?: number;
  readonly _primary_term?: number;
  readonly error?: { readonly type?: string; readonly reason?: string };
}

/**
 * Sends operations on one index and returns what became of each, in order. Requests as large as Elasticsearch or
 * something before it will not take are halved, down to a single operation, which is then refused. After one that fails
 * as a whole no further ones begin, and what was not answered is busy: it may be written or not. Throws ElasticError when
 * nothing was answered.
 */
export async function bulk(
  connection: ElasticConnection,
  index: string,
  operations: readonly BulkOperation[],
): Promise<WriteOutcome[]> {
  const outcomes: WriteOutcome[][] = [];
  const requests = inRequests(operations);
  let next = 0;
  let failure: ElasticError | undefined;
  const sendNext = async (): Promise<void> => {
    for (let place = next++; place < requests.length && failure === undefined; place = next++) {
      try {
        outcomes[place] = await send(connection, index, requests[place] as BulkOperation[]);
      } catch (error) {
        if (!(error instanceof ElasticError)) throw error;
        failure ??= error;
      }
    }
  };
  await Promise.all(Array.from({ length: requestsAtOnce }, sendNext));
  if (failure !== undefined && outcomes.length === 0) throw failure;
  const reason = failure?.message ?? "";
  return requests.flatMap(
    (request, place) => outcomes[place] ?? request.map(() => ({ kind: "busy", reason }) as const),
  );
}

/** Operations by the request they go in, in order; none is left out, whether or not it has a document. */
export function inRequests(operations: readonly BulkOperation[]): BulkOperation[][] {
  const requests: BulkOperation[][] = [];
  let bytes = 0;
  for (const operation of operations) {
    const length = operation.document?.length ?? 0;
    if (requests.length === 0 || bytes + length > requestBytes) {
      requests.push([]);
      bytes = 0;
    }
    requests.at(-1)?.push(operation);
    bytes += length;
  }
  return requests;
}

async function send(
  connection: ElasticConnection,
  index: string,
  operations: readonly BulkOperation[],
): Promise<WriteOutcome[]> {
  const writer = idleWriters.pop() ?? new ByteWriter(requestBytes);
  try {
    const answer = await connection.askJson<{ items: Record<string, BulkItem>[] }>({
      method: "POST",
      path: `/${index}/_bulk`,
      query: { filter_path: "items.*.status,items.*._seq_no,items.*._primary_term,items.*.error" },
      body: bodyOf(writer, operations),
    });
    return answer.items.map((item, place) =>
      outcomeOf(Object.values(item)[0] as BulkItem, operations[place] as BulkOperation, index),
    );
  } catch (error) {
    if (!(error instanceof ElasticError) || error.kind !== "too_large") throw error;
    if (operations.length === 1) return [{ kind: "refused", reason: error.message }];
    const half = operations.length >> 1;
    const first = await send(connection, index, operations.slice(0, half));
    return [...first, ...(await send(connection, index, operations.slice(half)))];
  } finally {
    idleWriters.push(writer);
  }
}

function bodyOf(writer: ByteWriter, operations: readonly BulkOperation[]): Buffer {
  writer.reset();
  writeBulkBody(writer, operations);
  return writer.written();
}

/**
 * Only what is wrong with the document itself is refused; anything that may pass (full disk, no index) is waited for. An
 * index of a document that is gone took the document with it.
 */
function outcomeOf(item: BulkItem, operation: BulkOperation, requestIndex: string): WriteOutcome {
  const { status, _seq_no, _primary_term, error } = item;
  const isDeletion = operation.document === undefined;
  const isGone = error?.type === "index_not_found_exception" && operation.index !== undefined;
  if (status < 300 || (status === 404 && (error === undefined || (isGone && isDeletion)))) {
    const index = operation.index ?? requestIndex;
    return { kind: "written", version: { index, seqNo: _seq_no ?? -1, primaryTerm: _primary_term ?? -1 } };
  }
  if (status === 409 || isGone) return { kind: "conflict" };
  const reason = `${status} ${error?.type ?? ""}: ${error?.reason ?? ""}`.slice(0, 1000);
  return status === 400 || status === 413 ? { kind: "refused", reason } : { kind: "busy", reason };
}
