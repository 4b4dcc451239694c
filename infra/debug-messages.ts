import * as pulumi from "@pulumi/pulumi";

/** Set to anything, the SDK's messages for `pulumi --debug` are sent after all. */
const variable = "DEEPTRACE_DEBUG";

/**
 * Keeps the SDK from sending the engine its debug messages: several for every resource, each a call of its own after the one before, whether or not
 * anybody asked for them. They were a seventh of what this program takes of the processor for a preview of 50 agents.
 */
export function dropDebugMessages(): void {
  if (process.env[variable]) return;
  Object.defineProperty(pulumi.log, "debug", { value: () => Promise.resolve() });
}
