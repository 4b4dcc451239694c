import assert from "node:assert/strict";
import { test } from "node:test";
import { inRequests } from "../../../assembler/elastic/bulk";
import { RawText } from "../../../assembler/json/raw-text";

const removal = (id: string) => ({ action: { delete: { _id: id } } });
const addition = (id: string, bytes: number) => ({
  action: { create: { _id: id } },
  document: RawText.from(`"${"x".repeat(bytes)}"`),
});

test("deletions alone make a request too", () => {
  const operations = [removal("a"), removal("b")];
  assert.deepEqual(inRequests(operations), [operations]);
});

test("every operation is in one request, in order, and large documents are spread over several", () => {
  const operations = [addition("a", 3_000_000), removal("b"), addition("c", 3_000_000), addition("d", 9_000_000)];
  const requests = inRequests(operations);
  assert.deepEqual(requests.flat(), operations);
  assert.deepEqual(
    requests.map((request) => request.length),
    [2, 1, 1],
  );
});

test("nothing to send makes no request", () => {
  assert.deepEqual(inRequests([]), []);
});
