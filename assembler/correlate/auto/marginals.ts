import type { SparseCosts } from "./sparse-assignment";

/** Beliefs of neighbours settle within a few exchanges; more change the second digit of a confidence at most. */
const exchanges = 12;
const settled = 1e-3;
const tiny = 1e-12;
/**
 * Costs are softened by this factor before they become probabilities: each is the sum of two gaps at least, the one to
 * the call and the one on from it, that are learnt from the same links and so are surer than they should be together.
 */
const softening = 0.5;

/**
 * Probability of each edge over all assignments of rows to different columns, each assignment weighted by e^-cost with
 * the costs softened, a row without a column as one that costs `unassigned`. By belief propagation, which is near exact for matchings: time in
 * proportion to the edges.
 */
export function marginals({ rows, columns, from, column, cost }: SparseCosts, unassigned: number): Float64Array {
  const edges = from[rows] as number;
  const weight = new Float64Array(edges);
  const bare = new Float64Array(rows);
  for (let row = 0; row < rows; row += 1) {
    let least = unassigned;
    for (let edge = from[row] as number; edge < (from[row + 1] as number); edge += 1) {
      least = Math.min(least, cost[edge] as number);
    }
    bare[row] = Math.exp((least - unassigned) * softening);
    for (let edge = from[row] as number; edge < (from[row + 1] as number); edge += 1) {
      weight[edge] = Math.exp((least - (cost[edge] as number)) * softening);
    }
  }
  /** By edge: how far the column is free for the row, as told to the row; how much the row wants the column. */
  const free = new Float64Array(edges).fill(1);
  const wanted = new Float64Array(edges);
  const wantedOf = new Float64Array(columns);
  for (let exchange = 0; exchange < exchanges; exchange += 1) {
    wantedOf.fill(0);
    for (let row = 0; row < rows; row += 1) {
      const sum = rowSum(row);
      for (let edge = from[row] as number; edge < (from[row + 1] as number); edge += 1) {
        const others = sum - (weight[edge] as number) * (free[edge] as number);
        const want = (weight[edge] as number) / Math.max(tiny, others);
        wanted[edge] = want;
        wantedOf[column[edge] as number] = (wantedOf[column[edge] as number] as number) + want;
      }
    }
    let change = 0;
    for (let edge = 0; edge < edges; edge += 1) {
      const others = (wantedOf[column[edge] as number] as number) - (wanted[edge] as number);
      const now = 1 / (1 + Math.max(0, others));
      change = Math.max(change, Math.abs(now - (free[edge] as number)));
      free[edge] = now;
    }
    if (change < settled) break;
  }
  const probability = new Float64Array(edges);
  for (let row = 0; row < rows; row += 1) {
    const sum = rowSum(row);
    for (let edge = from[row] as number; edge < (from[row + 1] as number); edge += 1) {
      probability[edge] = ((weight[edge] as number) * (free[edge] as number)) / sum;
    }
  }
  return probability;

  function rowSum(row: number): number {
    let sum = bare[row] as number;
    for (let edge = from[row] as number; edge < (from[row + 1] as number); edge += 1) {
      sum += (weight[edge] as number) * (free[edge] as number);
    }
    return Math.max(tiny, sum);
  }
}
