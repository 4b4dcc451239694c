import { ElasticError } from "../elastic/elastic-error";
import { FaultsError } from "../settings/fault";

/** Whether whoever runs the program can mend it, and the message says how; anything else is a fault of ours. */
export function isMendable(error: unknown): error is Error {
  return (
    error instanceof FaultsError ||
    error instanceof ElasticError ||
    (error instanceof Error && error.constructor === Error)
  );
}
