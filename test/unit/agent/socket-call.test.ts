import assert from "node:assert/strict";
import { test } from "node:test";
import { readDurationNs, readSocketCall } from "../../../examples/agent/src/socket-call";

const tcp = "5<TCP:[127.0.0.1:40000->127.0.0.1:8080]>";
const ends = { local: { ip: "127.0.0.1", port: 40_000 }, remote: { ip: "127.0.0.1", port: 8080 } };

/** A call in short: action, descriptor, and each piece as its known text and the count of unknown bytes. */
function summary(text: string): unknown {
  const call = readSocketCall(text);
  return call && [call.action, call.fd, ...call.pieces.map(({ known, unknown }) => [known.toString(), unknown])];
}

const cases: [string, string, unknown][] = [
  ["a read", `read(${tcp}, "GET / HTTP/1.1\\r\\n", 65536) = 16 <0.000013069>`, ["read", 5, ["GET / HTTP/1.1\r\n", 0]]],
  ["a cut read counts what is not shown", `read(${tcp}, "GET /"..., 65536) = 5089 <0.1>`, ["read", 5, ["GET /", 5084]]],
  ["a write that took only a part", `write(${tcp}, "abcdef", 6) = 4 <0.1>`, ["write", 5, ["abcd", 0]]],
  ["recvfrom", `recvfrom(${tcp}, "ab", 8192, 0, NULL, NULL) = 2 <0.1>`, ["read", 5, ["ab", 0]]],
  ["sendto", `sendto(${tcp}, "ab", 2, MSG_NOSIGNAL, NULL, 0) = 2 <0.1>`, ["write", 5, ["ab", 0]]],
  [
    "writev with a cut part, and a payload that looks like strace",
    `writev(${tcp}, [{iov_base="iov_base=\\"x\\") = 3"..., iov_len=20}, {iov_base="", iov_len=0}, {iov_base="b", iov_len=1}], 3) = 21 <0.1>`,
    ["write", 5, ['iov_base="x") = 3', 3], ["b", 0]],
  ],
  [
    "readv fills its buffers in order",
    `readv(${tcp}, [{iov_base="ab", iov_len=2}, {iov_base="c", iov_len=100}], 2) = 3 <0.1>`,
    ["read", 5, ["ab", 0], ["c", 0]],
  ],
  [
    "recvmsg",
    `recvmsg(${tcp}, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="abc", iov_len=512}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, 0) = 3 <0.1>`,
    ["read", 5, ["abc", 0]],
  ],
  [
    "sendmsg",
    `sendmsg(${tcp}, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="abc", iov_len=3}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, MSG_NOSIGNAL) = 3 <0.1>`,
    ["write", 5, ["abc", 0]],
  ],
  [
    "sendfile shows nothing but the count",
    `sendfile(${tcp}, 7</srv/a>, NULL, 900) = 900 <0.1>`,
    ["write", 5, ["", 900]],
  ],
  ["a buffer that strace could not read", `write(${tcp}, 0x7ffd0000, 4) = 4 <0.1>`, ["write", 5, ["", 4]]],
  ["the end of input", `read(${tcp}, "", 65536) = 0 <0.1>`, ["end-of-input", 5]],
  ["a close", `close(${tcp})                = 0 <0.1>`, ["close", 5]],
  [
    "a reset ends the connection",
    `read(${tcp}, 0x7ffd, 65536) = -1 ECONNRESET (Connection reset by peer) <0.1>`,
    ["close", 5],
  ],
  [
    "accept gives the new connection",
    "accept4(18<TCPv6:[[::]:8080]>, {sa_family=AF_INET6}, [28], SOCK_CLOEXEC) = 23<TCPv6:[[::ffff:127.0.0.1]:8080->[::ffff:127.0.0.1]:5]> <0.1>",
    ["open", 23],
  ],
  [
    "connect",
    "connect(9<TCP:[812]>, {sa_family=AF_INET}, 16) = -1 EINPROGRESS (Operation now in progress) <0.1>",
    ["open", 9],
  ],
  ["waiting for data", `read(${tcp}, 0x5581, 65536) = -1 EAGAIN (Resource temporarily unavailable) <0.1>`, undefined],
  ["interrupted", `recvfrom(${tcp}, 0x5581, 9, 0, NULL, NULL) = ? ERESTARTSYS (To be restarted) <0.1>`, undefined],
  ["peeking", `recvfrom(${tcp}, "ab", 8192, MSG_PEEK, NULL, NULL) = 2 <0.1>`, undefined],
  ["a file", 'read(5</etc/hosts>, "127", 3) = 3 <0.1>', undefined],
  ["a counter", 'write(17<anon_inode:[eventfd]>, "\\1\\0", 8) = 8 <0.1>', undefined],
  ["a local socket", 'write(17<UNIX-STREAM:[812->813]>, "a", 1) = 1 <0.1>', undefined],
  ["another call", "epoll_wait(5, [], 1, 0) = 0 <0.1>", undefined],
];

for (const [name, text, expected] of cases) {
  test(`a socket call is understood: ${name}`, () => assert.deepEqual(summary(text), expected));
}

test("both ends are read, and IPv4 inside IPv6 is IPv4", () => {
  assert.deepEqual(readSocketCall(`close(${tcp}) = 0 <0.1>`)?.ends, ends);
  assert.deepEqual(
    readSocketCall("close(5<TCPv6:[[::ffff:127.0.0.1]:40000->[::ffff:127.0.0.1]:8080]>) = 0 <0.1>")?.ends,
    ends,
  );
  assert.deepEqual(readSocketCall("close(5<TCPv6:[[fd00::1]:40000->[fd00::2]:8080]>) = 0 <0.1>")?.ends, {
    local: { ip: "fd00::1", port: 40_000 },
    remote: { ip: "fd00::2", port: 8080 },
  });
});

test("a socket that the kernel lists no longer has a descriptor but no ends", () => {
  assert.deepEqual(readSocketCall("close(5<socket:[812]>) = 0 <0.1>"), { action: "close", fd: 5, pieces: [] });
});

test("the duration is exact", () => {
  assert.equal(readDurationNs("close(5) = 0 <0.000010175>"), 10_175n);
  assert.equal(readDurationNs("close(5) = 0 <12.000000001>"), 12_000_000_001n);
  assert.equal(readDurationNs("close(5) = 0"), 0n);
});
