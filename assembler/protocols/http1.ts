import { isErrorStatus } from "../span/response-status";
import { requestLineEndpoint } from "./http-endpoint";
import type { Protocol } from "./protocol";

const statusLine = /^HTTP\/\d(?:\.\d)? ([1-5]\d\d)(?!\d)/;

export const http1: Protocol = {
  name: "http",
  kind: "http",
  endpointOf: requestLineEndpoint,
  statusOf: (response) => statusLine.exec(response)?.[1] ?? "",
  isError: isErrorStatus,
};
