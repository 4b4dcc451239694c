import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatPath } from "../../../infra/provider-server/property-path";
import {
  Archive,
  Asset,
  holdsUnknown,
  type Properties,
  ResourceReference,
  Unknown,
  unknownSentinels,
} from "../../../infra/provider-server/property-value";
import { fromWire, toWire, type WireObject } from "../../../infra/provider-server/wire-value";

const signature = "4dabf18193072939515e22adb298388d";
const secret = (value: WireObject[string]) => ({ [signature]: "1b47061264138c4ac30d75fd1eb44270", value });
const opened = (wire: WireObject) => {
  const { properties, secrets } = fromWire(wire);
  return { properties, secrets: secrets.map(formatPath) };
};

test("opens secrets at any depth and remembers where they were", () => {
  const wire = { a: secret("x"), b: { c: [1, secret({ d: secret(true) })] } };
  assert.deepEqual(opened(wire), {
    properties: { a: "x", b: { c: [1, { d: true }] } },
    secrets: ["a", "b.c[1]", "b.c[1].d"],
  });
});

test("closes what stands at a secret place, and covers what lies below it with it", () => {
  const properties = { a: "x", b: { c: [1, { d: true }] } };
  const closed = toWire(properties, [["a"], ["b", "c", 1], ["b", "c", 1, "d"], ["not", "there"]]);
  assert.deepEqual(closed, { a: secret("x"), b: { c: [1, secret({ d: true })] } });
});

test("a null at a secret place stays a null", () => {
  assert.deepEqual(toWire({ a: null }, [["a"]]), { a: null });
});

test("unknown values of every type pass through with their type", () => {
  for (const [type, sentinel] of Object.entries(unknownSentinels)) {
    const { properties } = fromWire({ [type]: sentinel });
    assert.ok(properties[type] instanceof Unknown);
    assert.ok(holdsUnknown({ deep: [properties[type]] }));
    assert.deepEqual(toWire(properties), { [type]: sentinel });
  }
});

test("an output value opens as its value, unknown if it has none, secret if it says so", () => {
  const output = { [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4" };
  const { properties, secrets } = opened({ known: { ...output, value: 1, secret: true }, unknown: output });
  assert.equal(properties.known, 1);
  assert.ok(properties.unknown instanceof Unknown);
  assert.deepEqual(secrets, ["known"]);
});

test("assets and archives pass through", () => {
  const asset = { [signature]: "c44067f5952c0a294b673a41bacd8c17", hash: "1", text: "t" };
  const archive = { [signature]: "0def7320c3a5731c473e5ecbe6d01bc7", hash: "2", assets: { a: asset } };
  const { properties } = fromWire({ asset, archive });
  assert.ok(properties.asset instanceof Asset && properties.asset.fields.text === "t");
  assert.ok(properties.archive instanceof Archive && properties.archive.fields.assets?.a instanceof Asset);
  assert.deepEqual(toWire(properties), { asset, archive });
});

test("references to resources pass through", () => {
  const reference = { [signature]: "5cf8f73096256a8f31e491e813e4eb8e", urn: "urn:x", id: "1" };
  const { properties } = fromWire({ reference });
  assert.ok(properties.reference instanceof ResourceReference);
  assert.deepEqual(toWire(properties), { reference });
});

test("a value of a new kind is refused rather than mistaken", () => {
  assert.throws(() => fromWire({ a: { [signature]: "something new" } }), /kind this provider does not know/);
});

test("a message without properties opens as none", () => {
  assert.deepEqual(fromWire(undefined), { properties: {}, secrets: [] });
});

test("any plain properties come back as they went", () => {
  const plain = fc.dictionary(
    fc.string(),
    fc.jsonValue().filter((value) => !JSON.stringify(value).includes("-")),
  );
  fc.assert(
    fc.property(plain, (value) => {
      const properties = JSON.parse(JSON.stringify(value)) as Properties;
      assert.deepEqual(fromWire(toWire(properties)).properties, properties);
    }),
    { numRuns: 200 },
  );
});
