import { InvalidArgumentError } from "commander";
import { parseTime } from "../verify/time-range";

/** Nanoseconds since 1970 of an option's value. Throws InvalidArgumentError, which names what is allowed. */
export function timeArgument(text: string): bigint {
  try {
    return parseTime(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
