import { stepLine } from "../../test/testbed/tools/progress";

/** Does a part of the demo and prints one line with its time when it is done. */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  console.log(stepLine(title, performance.now() - started));
  return result;
}
