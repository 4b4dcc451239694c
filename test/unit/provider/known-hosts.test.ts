import assert from "node:assert/strict";
import { test } from "node:test";
import { formatHostKey } from "../../../infra/ssh/host-key";
import { knownServer, parseKnownHosts } from "../../../infra/ssh/known-hosts";

const ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
const other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIM5c4f3b43WGyxrtNlBXhJNGiDthF8G1tu/Lf4NXZ0yG";
const ecdsa =
  "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBH6lJ0UlhPBeiFfHFsXArB8p2+BIMGVoXUNBlF1nPIkGgAtCrG5AzfxTwoL1Y5p2ddLmBDzU2Z9eSWtN+jJ4DvA=";

const found = (text: string, host: string, port = 22) => {
  const { key, revoked } = knownServer(parseKnownHosts(text), { host, port });
  return { key: key && formatHostKey(key), revoked: revoked.map(formatHostKey) };
};

const lookups: { what: string; text: string; host: string; port?: number; key: string | undefined }[] = [
  { what: "a plain name", text: `web ${ed25519} root@web`, host: "web", key: ed25519 },
  { what: "a name in capitals", text: `Web ${ed25519}`, host: "wEB", key: ed25519 },
  { what: "one of a list", text: `web,198.51.100.7\t${ed25519}`, host: "198.51.100.7", key: ed25519 },
  { what: "an IPv6 address", text: `2001:db8::7 ${ed25519}`, host: "2001:db8::7", key: ed25519 },
  { what: "a port of its own", text: `[web]:2222 ${ed25519}`, host: "web", port: 2222, key: ed25519 },
  { what: "an IPv6 port", text: `[2001:db8::7]:2222 ${ed25519}`, host: "2001:db8::7", port: 2222, key: ed25519 },
  { what: "no other port", text: `[web]:2222 ${ed25519}`, host: "web", key: undefined },
  { what: "no port where there is a name alone", text: `web ${ed25519}`, host: "web", port: 2222, key: undefined },
  { what: "a wildcard", text: `*.example.org ${ed25519}`, host: "a.b.example.org", key: ed25519 },
  { what: "a single-letter wildcard", text: `web-? ${ed25519}`, host: "web-1", key: ed25519 },
  { what: "dots as dots", text: `web.org ${ed25519}`, host: "webxorg", key: undefined },
  { what: "no excepted name", text: `*.org,!db.org ${ed25519}`, host: "db.org", key: undefined },
  { what: "a name beside the exception", text: `*.org,!db.org ${ed25519}`, host: "web.org", key: ed25519 },
  { what: "no name by an exception alone", text: `!db ${ed25519}`, host: "web", key: undefined },
  {
    what: "a hashed name, as ssh-keygen -H writes it",
    text: `|1|LscH6M3EIed72vzcDXRQbOYZNk0=|UhY/ZnX38RQghDpDNg1pn9+jpJM= ${ed25519}`,
    host: "198.51.100.7",
    key: ed25519,
  },
  {
    what: "a hashed name with its port",
    text: `|1|lgleNzL48MVDNe71/kqb8+OhEms=|UefXwNuInmOz7ucv3fp2hDgvdg4= ${ed25519}`,
    host: "web.example.org",
    port: 2222,
    key: ed25519,
  },
  { what: "the best of several keys", text: `web ${ecdsa}\nweb ${ed25519}`, host: "web", key: ed25519 },
  { what: "the first of two alike", text: `web ${other}\nweb ${ed25519}`, host: "web", key: other },
  { what: "no revoked key", text: `web ${ed25519}\n@revoked * ${ed25519}`, host: "web", key: undefined },
  {
    what: "the key beside a revoked one",
    text: `web ${ed25519}\nweb ${ecdsa}\n@revoked * ${ed25519}`,
    host: "web",
    key: ecdsa,
  },
  { what: "nothing in comments and empty lines", text: `# web ${ed25519}\n\n   \n`, host: "web", key: undefined },
  { what: "a name after Windows line ends", text: `# mine\r\nweb ${ed25519}\r\n`, host: "web", key: ed25519 },
];
for (const { what, text, host, port, key } of lookups) {
  test(`known_hosts: finds ${what}`, () => assert.equal(found(text, host, port).key, key));
}

test("known_hosts: revoked keys are those of lines that are for the host", () => {
  const text = `@revoked * ${ed25519}\n@revoked db ${ecdsa}\nweb ${other}`;
  assert.deepEqual(found(text, "web"), { key: other, revoked: [ed25519] });
});

test("known_hosts: what cannot be read is named by its line, what has no effect is told apart", () => {
  const dss = `ssh-dss ${Buffer.from("\0\0\0\x07ssh-dss\0\0\0\x01x", "latin1").toString("base64")}`;
  const text = [
    `web ${ed25519}`,
    "web ssh-ed25519",
    `web ssh-rsa ${ed25519.split(" ")[1]}`,
    "web ssh-ed25519 scribble",
    `@trusted web ${ed25519}`,
    `|1|salt ${ed25519}`,
    `@cert-authority *.example.org ${ed25519}`,
    `web ${dss}`,
    `web 1024 35 13271`,
    `@revoked web ${ed25519.slice(0, 30)}`,
  ].join("\n");
  const { keys, faults, ignored } = parseKnownHosts(text);
  assert.equal(keys.length, 1);
  assert.deepEqual(
    faults.map(({ line, words }) => `${line}: ${words}`),
    [
      "2: fewer than three fields",
      "3: host key says ssh-rsa but holds a key of type ssh-ed25519",
      "4: host key of type ssh-ed25519 is not readable",
      "5: the marker @trusted",
      "6: a hashed name that is not |1|SALT|HASH",
      '9: host key of unknown type "1024"',
      "10: host key of type ssh-ed25519 is not readable",
    ],
  );
  assert.deepEqual(
    ignored.map(({ line, words }) => `${line}: ${words}`),
    ["7: @cert-authority: certificates of hosts are not used here", "8: keys of type ssh-dss are not used here"],
  );
});
