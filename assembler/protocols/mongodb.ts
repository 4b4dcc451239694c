import { bsonElements, bsonText, bsonTypes } from "./bson";
import type { Protocol } from "./protocol";
import { byteAt, littleEndian } from "./wire-numbers";

/** Length, id, id of the request, operation: 16 bytes, or fewer where lost ones drew together. */
const headerLengths = [16, 15, 14, 13];
const reply = 1;
const message = 2013;
const oldOperations: Readonly<Record<number, string>> = {
  2001: "update",
  2002: "insert",
  2004: "query",
  2005: "getMore",
  2006: "delete",
};
const command = /^[A-Za-z]{2,40}$/;
const collection = /^[A-Za-z_][\w.-]{0,119}$/;
/** Commands whose own value is the name of a collection. */
const onCollection = new Set(
  (
    "find insert update delete aggregate count distinct findAndModify findandmodify killCursors create drop createIndexes " +
    "dropIndexes listIndexes collStats mapReduce validate collMod"
  ).split(" "),
);
/** The server's own names of errors. */
const codeName = /^[A-Za-z]\w{1,63}$/;

/** MongoDB's messages (OP_MSG) and the operations before them; compressed ones tell nothing. */
export const mongodb: Protocol = {
  name: "mongodb",
  kind: "db",
  endpointOf(request) {
    const { operation, at } = headOf(request);
    if (operation === message) return byteAt(request, at + 4) === 0 ? commandAt(request, at + 5) : "";
    const old = oldOperations[operation];
    return old === undefined ? "" : oldEndpoint(request, at + 4, old);
  },
  statusOf(response) {
    const { operation, at } = headOf(response);
    if (operation === message) return outcomeAt(response, at + 5);
    // Flags, cursor, place and number of documents.
    return operation === reply ? outcomeAt(response, at + 20) : "";
  },
  isError: (status) => status !== "OK",
};

interface Head {
  /** 0 when it is none that is known. */
  readonly operation: number;
  /** Where what follows the header begins. */
  readonly at: number;
}

function headOf(text: string): Head {
  for (const at of headerLengths) {
    const operation = operationBefore(text, at);
    if (operation !== 0) return { operation, at };
  }
  return { operation: 0, at: 0 };
}

/** The number of a message's operation is dd 07 00 00, of which the first byte is lost. */
function operationBefore(text: string, at: number): number {
  const upper = littleEndian(text, at - 3, 3);
  const lower = byteAt(text, at - 4);
  if (upper !== message >> 8) return upper === 0 && lower === reply ? reply : 0;
  if (lower !== -1) return (upper << 8) + lower;
  // The others lose it too: after their flags stands a name, after a message's the kind of what follows, 0 or 1.
  return byteAt(text, at + 4) <= 1 ? message : 2004;
}

/** The first key of a command names it. */
function commandAt(text: string, at: number): string {
  let name = "";
  for (const { key, type, at: value } of bsonElements(text, at)) {
    const own = type === bsonTypes.text ? bsonText(text, value) : "";
    if (name === "") {
      if (!command.test(key)) return "";
      if (onCollection.has(key)) return withCollection(key, own);
      if (key !== "getMore") return key;
      name = key;
    } else if (key === "collection") return withCollection(name, own);
  }
  return name;
}

function withCollection(name: string, of: string): string {
  return collection.test(of) ? `${name} ${of}` : name;
}

/** After the flags the full name, `database.collection`; a query of `$cmd` is a command. */
function oldEndpoint(text: string, at: number, operation: string): string {
  const end = text.indexOf("\0", at);
  const full = end === -1 ? "" : text.slice(at, end);
  const name = full.slice(full.indexOf(".") + 1);
  // Numbers of documents to skip and to return stand between.
  return name === "$cmd" ? commandAt(text, end + 9) : withCollection(operation, name);
}

function outcomeAt(text: string, at: number): string {
  let isFailed = false;
  let status = "";
  let code = "";
  for (const { key, type, at: value } of bsonElements(text, at)) {
    if (key === "ok") {
      isFailed = isZero(text, type, value);
      if (status === "" && !isFailed) status = "OK";
    } else if (key === "cursor" && type === bsonTypes.document) {
      // Only what succeeded has one, and it is seldom that all of it is here.
      return "OK";
    } else if (key === "writeErrors" && type === bsonTypes.array) return "WriteError";
    else if (key === "codeName" && type === bsonTypes.text) {
      const name = bsonText(text, value);
      if (codeName.test(name)) return name;
    } else if (key === "code" && type === bsonTypes.int) code = String(littleEndian(text, value, 4));
    else if (key === "errmsg") isFailed = true;
  }
  if (!isFailed) return status;
  return code === "" || code === "-1" ? "Error" : code;
}

function isZero(text: string, type: number, at: number): boolean {
  const size = type === bsonTypes.double ? 8 : type === bsonTypes.int ? 4 : 1;
  for (let place = at; place < at + size; place += 1) if (text.charCodeAt(place) !== 0) return false;
  return true;
}
