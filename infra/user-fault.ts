import { RunError } from "@pulumi/pulumi";

/** A fault that the user can mend: Pulumi shows its message alone and fails. */
export function userFault(message: string): RunError {
  const fault = new RunError(message);
  // Pulumi formats the stack of an uncaught error in colour before it decides not to show it, which takes Node 20 ten seconds and more.
  fault.stack = "";
  return fault;
}
