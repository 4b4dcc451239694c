import assert from "node:assert/strict";
import { test } from "node:test";
import { readStraceLine } from "../../../examples/agent/src/strace-line";

const at = 1795235053836646149n;
const cases: [string, string, ReturnType<typeof readStraceLine>][] = [
  [
    "a call of one of several threads",
    "[pid 12354] 1795235053.836646149 close(5<TCP:[1]>) = 0 <0.000010175>",
    { kind: "call", tid: 12354, atNs: at, text: "close(5<TCP:[1]>) = 0 <0.000010175>" },
  ],
  [
    "a call of the only thread carries no thread id",
    "1795235053.836646149 close(5) = 0 <0.000010175>",
    { kind: "call", tid: undefined, atNs: at, text: "close(5) = 0 <0.000010175>" },
  ],
  [
    "the first half of an interrupted call",
    "[pid    77] 1795235053.836646149 recvfrom(5<TCP:[1]>,  <unfinished ...>",
    { kind: "unfinished", tid: 77, atNs: at, text: "recvfrom(5<TCP:[1]>, " },
  ],
  [
    "its second half",
    '[pid    77] 1795235053.836646149 <... recvfrom resumed>"a", 9, 0, NULL, NULL) = 1 <0.1>',
    { kind: "resumed", tid: 77, atNs: at, text: '"a", 9, 0, NULL, NULL) = 1 <0.1>' },
  ],
  ["the end of a thread", "[pid    77] 1795235053.836646149 +++ exited with 0 +++", { kind: "exited", tid: 77 }],
  ["a signal", "[pid    77] 1795235053.836646149 --- SIGCHLD {si_signo=SIGCHLD} ---", undefined],
  [
    "a word of strace's own",
    "strace: attach: ptrace(PTRACE_SEIZE, 1): Operation not permitted",
    { kind: "message", text: "attach: ptrace(PTRACE_SEIZE, 1): Operation not permitted" },
  ],
  ["anything else", "Process 12 detached", undefined],
];

for (const [name, line, expected] of cases) {
  test(`a line of strace is understood: ${name}`, () => assert.deepEqual(readStraceLine(line), expected));
}
