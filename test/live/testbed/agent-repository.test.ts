import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type AgentRepository, type Host, openTestbed, type Testbed } from "../../testbed/testbed";

let testbed: Testbed;
let host: Host;
let repository: AgentRepository;

before(async () => {
  testbed = await openTestbed();
  [host, repository] = await Promise.all([testbed.host("one"), testbed.agentRepository()]);
});
after(() => testbed.close());

test("a host clones the release, with scripts that may be executed", async () => {
  const clone = await host.exec(`git clone --quiet ${repository.url} source && git -C source rev-parse HEAD`);
  assert.equal(clone.stdout.trim(), repository.commit, clone.stderr);
  for (const script of ["install_agent.sh", "run_agent.sh", "stop_agent.sh"])
    assert.equal((await host.exec(`test -x source/scripts/${script}`)).code, 0, script);
});

test("a published change is a new commit on main", async () => {
  const before = repository.commit;
  const commit = await repository.publish({ "docs/note.txt": "new\n" });
  assert.notEqual(commit, before);
  assert.equal(repository.commit, commit);
  const pull = await host.exec("git -C source pull --quiet && cat source/docs/note.txt");
  assert.equal(pull.stdout, "new\n", pull.stderr);
});

test("a stopped repository refuses connections", async () => {
  await repository.stop();
  assert.notEqual((await host.exec(`git ls-remote ${repository.url}`)).code, 0);
});
