import type { Protocol } from "./protocol";
import { bigEndian, byteAt } from "./wire-numbers";

const apis = (
  "Produce Fetch ListOffsets Metadata LeaderAndIsr StopReplica UpdateMetadata ControlledShutdown OffsetCommit OffsetFetch " +
  "FindCoordinator JoinGroup Heartbeat LeaveGroup SyncGroup DescribeGroups ListGroups SaslHandshake ApiVersions CreateTopics " +
  "DeleteTopics DeleteRecords InitProducerId OffsetForLeaderEpoch AddPartitionsToTxn AddOffsetsToTxn EndTxn WriteTxnMarkers " +
  "TxnOffsetCommit DescribeAcls CreateAcls DeleteAcls DescribeConfigs AlterConfigs AlterReplicaLogDirs DescribeLogDirs " +
  "SaslAuthenticate CreatePartitions CreateDelegationToken RenewDelegationToken ExpireDelegationToken " +
  "DescribeDelegationToken DeleteGroups ElectLeaders IncrementalAlterConfigs AlterPartitionReassignments " +
  "ListPartitionReassignments OffsetDelete DescribeClientQuotas AlterClientQuotas"
).split(" ");
const produce = 0;
const fetch = 1;
const newestVersion = 20;
/** From these versions on lengths are written in 7 bits a byte, plus 1. */
const compactFrom = [9, 12];
/** From these on topics go by ids instead of names. */
const idsFrom = [13, 13];
const topic = /^[A-Za-z0-9._-]{1,249}$/;
const clientPlaces = [12, 11, 10];
const clientName = /^[ -~]{0,255}$/;

interface Request {
  readonly api: number;
  readonly version: number;
  /** Where what is asked for begins. */
  readonly at: number;
}

/** Kafka: what is done, and for producing and fetching the first topic. A status is Kafka's number of the error, 0 for none. */
export const kafka: Protocol = {
  name: "kafka",
  kind: "messaging",
  endpointOf(request) {
    const head = requestHead(request);
    if (head === undefined) return "";
    const name = apis[head.api] as string;
    const of = topicAt(request, topicsAt(request, head), isCompact(head))?.name ?? "";
    return of === "" ? name : `${name} ${of}`;
  },
  statusOf(response, request) {
    const head = requestHead(request);
    const error = head === undefined ? -1 : errorOf(response, head);
    return error === -1 ? "" : String(error);
  },
  isError: (status) => status !== "0",
};

/** Length, number of the api, its version, number of the request: 12 bytes, or fewer where lost ones drew together. */
function requestHead(text: string): Request | undefined {
  const api = bigEndian(text, 4, 2);
  const version = bigEndian(text, 6, 2);
  if (apis[api] === undefined || version === -1 || version > newestVersion) return undefined;
  for (const client of clientPlaces) {
    const length = clientLength(text, client);
    if (length === -1) continue;
    const head = { api, version, at: client + 2 + length };
    return isCompact(head) ? { ...head, at: head.at + 1 } : head;
  }
  return undefined;
}

/** Of the client's name, 0 where it gives none, which is a length of -1: two bytes that are lost. -1 when it is none. */
function clientLength(text: string, at: number): number {
  const length = bigEndian(text, at, 2);
  if (length === -1) return byteAt(text, at) === -1 && byteAt(text, at + 1) === -1 && at < text.length ? 0 : -1;
  const name = text.slice(at + 2, at + 2 + length);
  return name.length === length && clientName.test(name) ? length : -1;
}

function isCompact({ api, version }: Request): boolean {
  return version >= (compactFrom[api] ?? Number.POSITIVE_INFINITY);
}

/** Where the list of topics begins; -1 when there is none with names. */
function topicsAt(text: string, head: Request): number {
  const { api, version, at } = head;
  if ((api !== produce && api !== fetch) || version >= (idsFrom[api] as number)) return -1;
  if (api === produce) return at + (version < 3 ? 0 : transactionLength(text, at, isCompact(head))) + 6;
  // Replica, longest wait, least bytes; most bytes; isolation; session and its epoch.
  return at + 12 + (version >= 3 ? 4 : 0) + (version >= 4 ? 1 : 0) + (version >= 7 ? 8 : 0);
}

function transactionLength(text: string, at: number, compact: boolean): number {
  const length = bigEndian(text, at, compact ? 1 : 2);
  if (compact) return Math.max(1, length);
  return 2 + Math.max(0, length);
}

/** The first of a list of topics, and where it ends. */
function topicAt(text: string, at: number, compact: boolean): { name: string; end: number } | undefined {
  if (at < 0 || bigEndian(text, at, compact ? 1 : 4) < (compact ? 2 : 1)) return undefined;
  const start = at + (compact ? 2 : 6);
  const length = compact ? bigEndian(text, at + 1, 1) - 1 : bigEndian(text, at + 4, 2);
  const name = text.slice(start, start + Math.max(0, length));
  return name.length === length && topic.test(name) ? { name, end: start + length } : undefined;
}

/** -1 when it is not known. Length and number of the request stand first. */
function errorOf(text: string, head: Request): number {
  const { api, version } = head;
  const compact = isCompact(head);
  const at = 8 + (compact ? 1 : 0);
  // How long the client is to wait.
  if (api === fetch && version >= 7) return errorAt(text, at + 4);
  if ((api !== produce && api !== fetch) || version >= (idsFrom[api] as number)) return -1;
  const first = topicAt(text, api === fetch && version >= 1 ? at + 4 : at, compact);
  if (first === undefined || bigEndian(text, first.end, compact ? 1 : 4) < 1) return -1;
  // The number of partitions, then the first one's own.
  return errorAt(text, first.end + (compact ? 1 : 4) + 4);
}

function errorAt(text: string, at: number): number {
  return bigEndian(text, at, 2);
}
