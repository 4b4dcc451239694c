import assert from "node:assert/strict";
import { test } from "node:test";
import { CallOrder } from "../../../examples/agent/src/call-order";
import { readStraceLine } from "../../../examples/agent/src/strace-line";

const tcp = "5<TCP:[127.0.0.1:40000->127.0.0.1:8080]>";

function tell(lines: string[]): string[][] {
  const order = new CallOrder();
  return lines.map((text) => {
    const line = readStraceLine(text);
    return line
      ? order.push(line, 1).map(({ action, tid, entryNs, exitNs }) => `${action} ${tid} ${entryNs}..${exitNs}`)
      : [];
  });
}

test("a call in one line ends its duration after its start", () => {
  assert.deepEqual(tell([`1000000000.000000100 read(${tcp}, "a", 9) = 1 <0.000000050>`]), [
    ["read 1 1000000000000000100..1000000000000000150"],
  ]);
});

test("an interrupted call is joined per thread and ends when its second half says", () => {
  assert.deepEqual(
    tell([
      `[pid 2] 1000000000.000000100 read(${tcp},  <unfinished ...>`,
      `[pid 3] 1000000000.000000200 read(6<TCP:[1]>, "b", 9) = 1 <0.000000001>`,
      `[pid 2] 1000000000.000000900 <... read resumed>"a", 9) = 1 <0.000000700>`,
    ]),
    [[], ["read 3 1000000000000000200..1000000000000000201"], ["read 2 1000000000000000100..1000000000000000900"]],
  );
});

test("an answer that is read before the question's write is reported comes after it", () => {
  assert.deepEqual(
    tell([
      `[pid 2] 1000000000.000000100 write(${tcp}, "a", 1 <unfinished ...>`,
      `[pid 3] 1000000000.000000200 read(${tcp}, "b", 9) = 1 <0.000000010>`,
      `[pid 3] 1000000000.000000300 close(${tcp}) = 0 <0.000000010>`,
      `[pid 2] 1000000000.000000400 <... write resumed>) = 1 <0.000000200>`,
    ]),
    [
      [],
      [],
      [],
      [
        "write 2 1000000000000000100..1000000000000000400",
        "read 3 1000000000000000200..1000000000000000210",
        "close 3 1000000000000000300..1000000000000000310",
      ],
    ],
  );
});

test("a thread that ends inside a write holds nothing back", () => {
  assert.deepEqual(
    tell([
      `[pid 2] 1000000000.000000100 write(${tcp}, "a", 1 <unfinished ...>`,
      `[pid 3] 1000000000.000000200 read(${tcp}, "b", 9) = 1 <0.000000010>`,
      "[pid 2] 1000000000.000000300 +++ killed by SIGKILL +++",
    ]),
    [[], [], ["read 3 1000000000000000200..1000000000000000210"]],
  );
});

test("a second half without its first is passed over", () => {
  assert.deepEqual(tell(['[pid 2] 1000000000.000000900 <... read resumed>"a", 9) = 1 <0.000000700>']), [[]]);
});
