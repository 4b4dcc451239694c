import { type UnreachablePolicy, unreachablePolicies } from "./ledger-contract";

/** Says for one command what is to be done about hosts that do not answer; `pulumi destroy` runs no program that could. */
export const policyVariable = "DEEPTRACE_ON_UNREACHABLE";

/**
 * The policy in force: the environment's, else that of the program that is running, else the recorded one.
 * Throws if the environment's is none.
 */
export function policyInForce(
  environment: Readonly<Record<string, string | undefined>>,
  ofProgram: UnreachablePolicy | undefined,
  recorded: UnreachablePolicy,
): UnreachablePolicy {
  const given = environment[policyVariable];
  if (given === undefined || given === "") return ofProgram ?? recorded;
  const policy = unreachablePolicies.find((each) => each === given);
  if (policy !== undefined) return policy;
  throw new Error(`${policyVariable}: got "${given}"; allowed: ${unreachablePolicies.join(", ")}`);
}
