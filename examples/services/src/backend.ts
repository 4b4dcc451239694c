import { HttpFault, runHttpService } from "./http-service";
import { seededDelay, seededFraction } from "./seeded-delay";

// The store that catalog and cart share. Its records are made up from their key, so it needs no data.

runHttpService("backend", async ({ endpoint, query, body, requestId }) => {
  const [, method, table] = /^(GET|POST) \/records\/(products|prices|carts|orders)$/.exec(endpoint) ?? [];
  if (table === undefined) throw new HttpFault(404, `no such endpoint: ${endpoint}`);
  await seededDelay(`${requestId}/${table}`, 1, 8);
  if (method === "POST") {
    return { status: 201, body: { id: `ord-${hexOf(JSON.stringify(body))}`, table, stored: body } };
  }
  const key = query.get("key") ?? "";
  const count = 1 + Math.floor(seededFraction(`${table}/${key}`) * 12);
  return { status: 200, body: { table, key, records: Array.from({ length: count }, (_, i) => record(table, key, i)) } };
});

function record(table: string, key: string, index: number): Record<string, unknown> {
  const seed = `${table}/${key}/${index}`;
  return {
    sku: `sku-${hexOf(seed)}`,
    title: `${["Oak", "Linen", "Brass", "Glass"][index % 4]} ${["lamp", "shelf", "chair"][index % 3]}`,
    price: { amount: (100 + Math.floor(seededFraction(seed) * 9900)) / 100, currency: "EUR" },
    quantity: 1 + Math.floor(seededFraction(`${seed}/quantity`) * 5),
  };
}

function hexOf(seed: string): string {
  return Math.floor(seededFraction(seed) * 0x1_0000_0000)
    .toString(16)
    .padStart(8, "0");
}
