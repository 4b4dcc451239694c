import fastify, { type FastifyInstance } from "fastify";
import type { AssemblerSettings } from "../settings/assembler-settings";
import { addApi, type Control } from "./api-routes";
import type { Metrics } from "./metrics";
import type { ServiceState } from "./service-state";

/**
 * Serves `/health/live`, `/health/ready`, `/metrics` and `/api/`, and the routes that others add. Rejects when
 * the address cannot be had.
 */
export async function startHttpServer(
  { address, port }: AssemblerSettings["http"],
  state: ServiceState,
  metrics: Metrics,
  control: Control,
  addRoutes: (server: FastifyInstance) => void,
): Promise<FastifyInstance> {
  const server = fastify({ logger: false });
  server.get("/health/live", async () => ({ status: "live" }));
  server.get("/health/ready", async (_request, reply) => {
    reply.code(state.isReady ? 200 : 503);
    const { role, mode, fault } = state;
    return { status: state.standing, role, mode, fault: fault ?? null };
  });
  addApi(server, control);
  server.get("/metrics", async (_request, reply) => {
    reply.header("content-type", metrics.registry.contentType);
    return metrics.registry.metrics();
  });
  addRoutes(server);
  try {
    await server.listen({ host: address, port });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`http.address ${address}, http.port ${port}: cannot listen there (${reason}); set a free one`);
  }
  return server;
}
