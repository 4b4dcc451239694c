import { Counter, Gauge, type Registry } from "prom-client";

/** Adds one metric without labels; `read` is asked whenever the metrics are. */
export type Expose = (name: string, help: string, read: () => number) => void;

/** Ways to add values that are counted elsewhere, as `PREFIX_NAME` and, for what only grows, `PREFIX_NAME_total`. */
export function exposedValues(
  registry: Registry,
  prefix: string,
): { readonly counter: Expose; readonly gauge: Expose } {
  return {
    counter: (name, help, read) => {
      new Counter({
        name: `${prefix}_${name}_total`,
        help,
        registers: [registry],
        collect() {
          this.reset();
          this.inc(read());
        },
      });
    },
    gauge: (name, help, read) => {
      new Gauge({
        name: `${prefix}_${name}`,
        help,
        registers: [registry],
        collect() {
          this.set(read());
        },
      });
    },
  };
}
