import { promisify } from "node:util";
import { gunzip, inflate } from "node:zlib";
import { decodeRequest } from "../otlp-protobuf";
import { quoteLongNumbers } from "./quote-long-numbers";

export type Encoding = "json" | "protobuf";

/** A request that is not taken; `status` is HTTP's. */
export class RequestFault extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const unpackers = { gzip: promisify(gunzip), deflate: promisify(inflate) } as const;

/** The encoding that a content type stands for. Throws RequestFault for any other. */
export function encodingOf(contentType: string): Encoding {
  const [type = ""] = contentType.split(";");
  switch (type.trim().toLowerCase()) {
    case "application/json":
      return "json";
    case "application/x-protobuf":
      return "protobuf";
    default:
      throw new RequestFault(415, "content-type: allowed: application/json, application/x-protobuf");
  }
}

/** Unpacks and reads the body of an export request into its JSON form, of which nothing is certain yet. */
export async function readRequest(
  body: Buffer,
  encoding: Encoding,
  contentEncoding: string,
  mostBytes: number,
): Promise<unknown> {
  const plain = await unpack(body, contentEncoding.trim().toLowerCase(), mostBytes);
  try {
    return encoding === "json" ? JSON.parse(quoteLongNumbers(plain.toString("utf8"))) : decodeRequest(plain);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RequestFault(400, `the body is no export request in ${encoding}: ${reason.slice(0, 200)}`);
  }
}

async function unpack(body: Buffer, contentEncoding: string, mostBytes: number): Promise<Buffer> {
  if (contentEncoding === "" || contentEncoding === "identity") return body;
  if (contentEncoding !== "gzip" && contentEncoding !== "deflate") {
    throw new RequestFault(415, "content-encoding: allowed: gzip, deflate, identity");
  }
  try {
    return await unpackers[contentEncoding](body, { maxOutputLength: mostBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(mostBytes);
    throw new RequestFault(400, `the body is not packed with ${contentEncoding}`);
  }
}

export function tooLarge(mostBytes: number): RequestFault {
  return new RequestFault(413, `the body has more than ${mostBytes} bytes, the limit by otlp.ingest.max_body_bytes`);
}
