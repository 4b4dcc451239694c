import * as pulumi from "@pulumi/pulumi";
import { userFault } from "../user-fault";

/** The promises that an output keeps; both reject when it fails. */
interface OutputPromises {
  readonly isKnown: Promise<boolean>;
  readonly isSecret: Promise<boolean>;
}

/**
 * What depends on a failed resource cannot go on. The SDK would say so once per dependent, with a stack trace and the name of an internal
 * property; the failed resource has said already what is wrong, so one line per owner is enough. It must stay an error: a program that ends well
 * without having registered a resource asks the engine to delete it.
 */
export class LeftUndone {
  readonly #fault: pulumi.RunError;

  /** @param owner as messages call it: `agent "web-1"`. */
  constructor(owner: string) {
    this.#fault = userFault("");
    const message = `${owner}: the steps that follow the failed one are left for the next up`;
    // The SDK writes the property's name in front of the message; the same error is then shown only once.
    Object.defineProperty(this.#fault, "message", { get: () => message, set: () => {} });
  }

  /** Registers a resource that says itself, in its own error, why it fails; returns it. */
  speaksForItself<R extends pulumi.CustomResource>(resource: R): R {
    // Otherwise each failed resource is reported once more, by its outputs that nobody uses. `pulumi.recover` would do, but
    // makes each of them once more, dozens of promises for every step.
    for (const output of Object.values(resource)) {
      if (!pulumi.Output.isInstance(output)) continue;
      const { isKnown, isSecret } = output as unknown as OutputPromises;
      for (const promise of [isKnown, isSecret]) promise.catch(() => {});
    }
    return resource;
  }

  /** The same output, failing with the one line. It takes an output of the resource itself: what `apply` derives from one fails by itself, too. */
  guard<T>(output: pulumi.Output<T>): pulumi.Output<T> {
    return pulumi.recover(output, () => {
      throw this.#fault;
    });
  }
}
