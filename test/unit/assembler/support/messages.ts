/** Bytes of messages as protocols write them; numbers are bytes. */
export function bytes(...parts: (number | string | Buffer | readonly number[])[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (typeof part === "string") return Buffer.from(part, "latin1");
      return Buffer.isBuffer(part) ? part : Buffer.from(typeof part === "number" ? [part] : part);
    }),
  );
}

export function bigEndian(value: number, size: number): Buffer {
  const buffer = Buffer.alloc(size);
  buffer.writeIntBE(value, 0, size);
  return buffer;
}

export function littleEndian(value: number, size: number): Buffer {
  return Buffer.from(bigEndian(value, size)).reverse();
}

/** A command of Redis. */
export function redisCommand(...words: string[]): Buffer {
  return bytes(`*${words.length}\r\n`, ...words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`));
}

/** A packet of MySQL: `sequence` 0 begins a command, 1 its answer. */
export function mysqlPacket(sequence: number, ...payload: Parameters<typeof bytes>): Buffer {
  const body = bytes(...payload);
  return bytes(littleEndian(body.length, 3), sequence, body);
}

export function mysqlQuery(statement: string): Buffer {
  return mysqlPacket(0, 3, statement);
}

/** A BSON element. */
export function bsonText(key: string, value: string): Buffer {
  return bytes(2, `${key}\0`, littleEndian(value.length + 1, 4), `${value}\0`);
}

export function bsonDouble(key: string, value: number): Buffer {
  const number = Buffer.alloc(8);
  number.writeDoubleLE(value);
  return bytes(1, `${key}\0`, number);
}

export function bsonInt(key: string, value: number): Buffer {
  return bytes(0x10, `${key}\0`, littleEndian(value, 4));
}

export function bsonDocument(...elements: Buffer[]): Buffer {
  const body = bytes(...elements, 0);
  return bytes(littleEndian(body.length + 4, 4), body);
}

/** A message of MongoDB (OP_MSG). */
export function mongoMessage(...elements: Buffer[]): Buffer {
  const body = bytes(littleEndian(0, 4), 0, bsonDocument(...elements));
  return bytes(littleEndian(body.length + 16, 4), littleEndian(7, 4), littleEndian(0, 4), littleEndian(2013, 4), body);
}

/** A DNS message about one name; `flags` are its two bytes. */
export function dnsMessage(flags: number, type: number, name: string, id = 0x1234): Buffer {
  const labels = name.split(".").map((label) => bytes(label.length, label));
  const head = bytes(bigEndian(id, 3).subarray(1), flags >> 8, flags & 0xff, [0, 1, 0, 0, 0, 0, 0, 0]);
  return bytes(head, ...labels, 0, bigEndian(type, 2), bigEndian(1, 2));
}

/** A strict binary message of Thrift. Types: 1 call, 2 reply, 3 exception. */
export function thriftMessage(type: number, name: string, ...body: Parameters<typeof bytes>): Buffer {
  return bytes([0x80, 1, 0, type], bigEndian(name.length, 4), name, bigEndian(1, 4), ...body);
}

/** A request of Kafka, versions without compact lengths. */
export function kafkaRequest(api: number, version: number, ...body: Parameters<typeof bytes>): Buffer {
  const client = "producer-1";
  const rest = bytes(
    bigEndian(api, 2),
    bigEndian(version, 2),
    bigEndian(9, 4),
    bigEndian(client.length, 2),
    client,
    ...body,
  );
  return bytes(bigEndian(rest.length, 4), rest);
}

export function kafkaText(text: string): Buffer {
  return bytes(bigEndian(text.length, 2), text);
}

/** A frame of HTTP/2. Types: 0 data, 1 headers. */
export function http2Frame(type: number, ...payload: Parameters<typeof bytes>): Buffer {
  const body = bytes(...payload);
  return bytes(bigEndian(body.length, 3), type, 4, bigEndian(1, 4), body);
}

/** A header whose name and value stand in clear (HPACK). */
export function clearHeader(name: string, value: string): Buffer {
  return bytes(0x40, name.length, name, value.length, value);
}

/** A header whose name is that of HPACK's static table at `place`. */
export function namedHeader(place: number, value: string): Buffer {
  return bytes(0x40 | place, value.length, value);
}

/** Method POST, scheme http, the path; as gRPC's C core and Java write them. */
export function grpcRequest(path: string, ...headers: Buffer[]): Buffer {
  const block = bytes(0x83, 0x86, namedHeader(5, path), namedHeader(31, "application/grpc"), ...headers);
  return bytes(http2Frame(1, block), http2Frame(0, [0, 0, 0, 0, 5], "hello"));
}

export function grpcResponse(status: number): Buffer {
  const trailers = clearHeader("grpc-status", String(status));
  return bytes(http2Frame(1, 0x88), http2Frame(0, [0, 0, 0, 0, 2], "ok"), http2Frame(1, trailers));
}

/** A request of Memcached's binary protocol. */
export function memcachedBinary(magic: number, opcode: number, status: number, body: string): Buffer {
  const head = bytes(magic, opcode, bigEndian(0, 2), 0, 0, bigEndian(status, 2), bigEndian(body.length, 4));
  return bytes(head, Buffer.alloc(12), body);
}

/** A text of Hessian, up to 31 characters. */
export function hessianText(text: string): Buffer {
  return bytes(text.length, text);
}

export function dubboRequest(service: string, method: string): Buffer {
  const body = bytes(...["2.0.2", service, "0.0.0", method, "Ljava/lang/String;"].map(hessianText));
  return bytes([0xda, 0xbb, 0xc2, 0], bigEndian(0, 4), bigEndian(42, 4), bigEndian(body.length, 4), body);
}
