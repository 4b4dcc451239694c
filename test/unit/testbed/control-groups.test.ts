import assert from "node:assert/strict";
import { test } from "node:test";
import { controlGroupFolders } from "../../testbed/hosts/control-groups";

const VERSION_2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
const HYBRID = [
  "30 23 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
  "31 23 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
  "32 23 0:28 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd",
].join("\n");

test("on control groups version 2 a host gets one folder, below the caller's own group", () => {
  assert.deepEqual(controlGroupFolders("0::/user.slice/session-1.scope\n", VERSION_2, "one"), [
    "/sys/fs/cgroup/user.slice/session-1.scope/one",
  ]);
});

test("on a hybrid machine it gets one in systemd's own hierarchy as well, but none for single controllers", () => {
  assert.deepEqual(controlGroupFolders("9:name=systemd:/\n4:memory:/jobs\n0::/\n", HYBRID, "one"), [
    "/sys/fs/cgroup/systemd/one",
    "/sys/fs/cgroup/unified/one",
  ]);
});

test("without control groups there is no folder", () => {
  assert.deepEqual(controlGroupFolders("", "", "one"), []);
});
