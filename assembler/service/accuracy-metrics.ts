import { Counter, Gauge, type Registry } from "prom-client";
import type { AccuracyBoard } from "../accuracy/accuracy-board";
import { accuracyOf, judgedCalls, type LinkAccuracy } from "../accuracy/link-outcomes";
import { exposedValues } from "../exposed-values";

/** What `/metrics` says of how right links are, by the service that made the calls. */
export function addAccuracyMetrics(registry: Registry, board: AccuracyBoard): void {
  new Counter({
    name: "deeptrace_assembler_links_judged_total",
    help: "Calls whose request is known, linked again without what tells it: right, wrong, or withheld",
    labelNames: ["service", "outcome"],
    registers: [registry],
    collect() {
      this.reset();
      for (const { service, total } of board.services()) {
        this.inc({ service, outcome: "right" }, total.right);
        this.inc({ service, outcome: "wrong" }, total.wrong);
        this.inc({ service, outcome: "withheld" }, total.withheld);
      }
    },
  });
  new Counter({
    name: "deeptrace_assembler_sure_links_judged_total",
    help: "Of these, links given a confidence of at least 0.9: right or wrong",
    labelNames: ["service", "outcome"],
    registers: [registry],
    collect() {
      this.reset();
      for (const { service, total } of board.services()) {
        this.inc({ service, outcome: "right" }, total.sureRight);
        this.inc({ service, outcome: "wrong" }, total.sure - total.sureRight);
      }
    },
  });
  const recent = (name: keyof LinkAccuracy, help: string) =>
    new Gauge({
      name: `deeptrace_assembler_link_${name}`,
      help: `${help}, over the last correlation.accuracy.window_ms`,
      labelNames: ["service"],
      registers: [registry],
      collect() {
        this.reset();
        for (const { service, recent } of board.services()) {
          const share = accuracyOf(recent)[name];
          if (share !== undefined) this.set({ service }, share);
        }
      },
    });
  recent("precision", "Of the links asserted, the share that is right");
  recent("recall", "Of the calls, the share asserted and right");
  recent("calibration", "Of the links given a confidence of at least 0.9, the share that is right");
  new Gauge({
    name: "deeptrace_assembler_link_accuracy_calls",
    help: "Calls judged over the last correlation.accuracy.window_ms, on which these shares rest",
    labelNames: ["service"],
    registers: [registry],
    collect() {
      this.reset();
      for (const { service, recent } of board.services()) this.set({ service }, judgedCalls(recent));
    },
  });
  const { counter } = exposedValues(registry, "deeptrace_assembler_link_accuracy");
  counter("samples", "Samples linked again, of which some held no call whose request is known", () => board.samples);
  counter(
    "samples_too_large",
    "Samples not taken, as too many spans would have to be looked at",
    () => board.samplesTooLarge,
  );
  counter("seconds", "Processor time spent on it", () => board.spentMs / 1000);
}
