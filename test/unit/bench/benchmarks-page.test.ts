import assert from "node:assert/strict";
import { test } from "node:test";
import { filledIn } from "../../../bench/benchmarks-page";

const page = `# Benchmarks

## npm run bench -- demo

Measured at 0 on a machine.

| figure | means | found |
| --- | --- | --- |
| \`seconds\` | time | 1 |

## npm run bench -- rollout

Measured at 0 on a machine.

| figure | means | target | found |
| --- | --- | --- | --- |
| \`seconds\` | time | ≤ 25 | |
| \`other\` | time | | 3 |
`;

test("figures are filled into the rows of their benchmark alone, with the commit and the machine", () => {
  const result = { commit: "0123456789abcdef+", machine: "2 × CPU", figures: { seconds: 12.5, unknown: 4 } };
  const expected = page.replace("| `seconds` | time | ≤ 25 | |", "| `seconds` | time | ≤ 25 | 12.5 |");
  const [before, after] = expected.split("bench -- rollout");
  const measured = after?.replace("Measured at 0 on a machine.", "Measured at 0123456789ab on 2 × CPU.");
  assert.equal(filledIn(page, "rollout", result), `${before}bench -- rollout${measured}`);
  assert.equal(filledIn(page, "nothing", result), page);
});
