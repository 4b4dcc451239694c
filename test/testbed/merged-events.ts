import type { TestEvent as RunnerEvent } from "node:test/reporters";

/** What Node's test runner tells its reporters. */
export type TestEvent = RunnerEvent;

/** The closing lines of a run: `tests 12`, `pass 11`, … */
const TOTAL = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) ([\d.]+)$/;

function totalOf(event: TestEvent): { name: string; value: number } | undefined {
  if (event.type !== "test:diagnostic" || event.data.nesting !== 0 || event.data.file !== undefined) return undefined;
  const [, name, value] = TOTAL.exec(event.data.message) ?? [];
  return name === undefined ? undefined : { name, value: Number(value) };
}

/** Several runs, one after the other, told as one: the totals of all are added up and come last. */
export async function* mergedEvents(runs: (() => AsyncIterable<TestEvent>)[]): AsyncGenerator<TestEvent> {
  const totals = new Map<string, number>();
  for (const run of runs) {
    for await (const event of run()) {
      const total = totalOf(event);
      if (total === undefined) yield event;
      else totals.set(total.name, (totals.get(total.name) ?? 0) + total.value);
    }
  }
  for (const [name, value] of totals)
    yield { type: "test:diagnostic", data: { nesting: 0, message: `${name} ${value}` } } as TestEvent;
}
