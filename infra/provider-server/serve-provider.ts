import { fstatSync } from "node:fs";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { EngineLog } from "./engine-log";
import { providerService } from "./provider-service";
import type { ProviderDefinition } from "./resource-handler";

/**
 * Serves a provider to the engine that started this process: takes the engine's address from the arguments, prints the
 * port it listens on as the first line on stdout, and ends on SIGINT, SIGTERM or when the engine is gone.
 */
export function serveProvider(definition: ProviderDefinition, args: readonly string[]): void {
  const log = new EngineLog();
  const cancel = new AbortController();
  const engine = args.find((argument) => /^[^-].*:\d+$/.test(argument));
  if (engine !== undefined) log.connect(engine);

  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(ResourceProviderService, providerService(definition, log, cancel));
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error) {
      process.stderr.write(`the ${definition.name} provider cannot listen on 127.0.0.1: ${error.message}\n`);
      process.exit(1);
    }
    process.stdout.write(`${port}\n`);
  });

  const end = () => {
    cancel.abort();
    log.close();
    server.forceShutdown();
    process.exit(0);
  };
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
  // The engine holds the other end of this pipe: its end means the engine was killed.
  const stdin = fstatSync(0);
  if (stdin.isFIFO() || stdin.isSocket()) process.stdin.once("end", end).once("error", end).resume();
}
