/** The benchmark's figures from what was measured; pure. Times are in seconds. */

/** What was measured in one run, in the order of measuring. */
export interface Measured {
  /** First rollouts of 50 agents on fresh hosts. */
  readonly rollouts: readonly number[];
  /** One with each of its strategies; the faster one is what it can. */
  readonly ansibleRollouts: readonly number[];
  /** Previews with refresh of the 50 agents, which nobody has touched. */
  readonly previews: readonly number[];
  /** The fastest counts, too. */
  readonly ansibleChecks: readonly number[];
  /** Hosts on which healing one drifted agent of the 50 ran commands. */
  readonly healHostsTouched: number;
  /** Previews with refresh of 200 untouched agents. */
  readonly previews200: readonly number[];
  /** Most memory of all of Pulumi's processes in any of these, in bytes. */
  readonly peak: { readonly proportional: number; readonly resident: number };
}

export const fleetSizes = { small: 50, large: 200 };

export function figuresOf(measured: Measured): Record<string, number> {
  const preview = median(measured.previews);
  const preview200 = median(measured.previews200);
  const rollout = median(measured.rollouts);
  const ansibleRollout = Math.min(...measured.ansibleRollouts);
  const check = Math.min(...measured.ansibleChecks);
  return {
    rollout_vs_ansible: rollout / ansibleRollout,
    preview_vs_ansible_check: preview / check,
    heal_hosts_touched: measured.healHostsTouched,
    preview200_seconds: preview200,
    preview200_peak_mb: measured.peak.proportional / 1e6,
    growth_exponent: growthExponent(preview, preview200),
    rollout50_seconds: rollout,
    ansible_rollout50_seconds: ansibleRollout,
    preview50_seconds: preview,
    ansible_check50_seconds: check,
    preview200_peak_rss_mb: measured.peak.resident / 1e6,
  };
}

/** The power of the fleet's size by which the time grows; 1 is linear. */
export function growthExponent(small: number, large: number): number {
  return Math.log(large / small) / Math.log(fleetSizes.large / fleetSizes.small);
}

/** The middle value; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const middle = sorted.slice(Math.ceil(half) - 1, Math.floor(half) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}
