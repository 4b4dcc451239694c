import { type ClientUnaryCall, credentials, Metadata } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { ResourceLog } from "./resource-handler";

/** Sends lines to the engine's display, in order. A line the engine does not take is dropped: it is never the result. */
export class EngineLog {
  #client: EngineClient | undefined;
  #sent: Promise<void> = Promise.resolve();

  /** Directs all further lines to the engine at `host:port`. */
  connect(address: string): void {
    this.#client?.close();
    this.#client = new EngineClient(address, credentials.createInsecure());
  }

  /** The log of one resource, named by its URN. */
  forResource(urn: string): ResourceLog {
    return {
      info: (line) => this.#send(LogSeverity.INFO, urn, line, false),
      warning: (line) => this.#send(LogSeverity.WARNING, urn, line, false),
      status: (line) => this.#send(LogSeverity.INFO, urn, line, true),
    };
  }

  /** Resolves once every line so far has reached the engine. */
  flushed(): Promise<void> {
    return this.#sent;
  }

  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  #send(severity: LogSeverity, urn: string, line: string, ephemeral: boolean): void {
    const client = this.#client;
    if (client === undefined) return;
    const request = new LogRequest();
    request.setSeverity(severity);
    request.setUrn(urn);
    request.setMessage(line);
    request.setEphemeral(ephemeral);
    const delivered = () =>
      new Promise<void>((resolve): ClientUnaryCall => {
        const deadline = new Date(Date.now() + 5_000);
        return client.log(request, new Metadata(), { deadline }, () => resolve());
      });
    this.#sent = this.#sent.then(delivered);
  }
}
