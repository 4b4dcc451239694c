import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { type RunMode, runModes } from "../settings/run-modes";
import { refusalOf } from "./api-access";
import type { ReloadOutcome } from "./settings-in-use";
import type { TurnReport } from "./turn-report";
import { TurnRefused } from "./turn-requests";

/** What the API shows and does. */
export interface Control {
  /** JSON for people and scripts; holds no secret. */
  status(): object;
  reload(): ReloadOutcome;
  setMode(mode: RunMode): void;
  /** Rejects with TurnRefused when turns are not taken on demand. */
  turn(): Promise<TurnReport>;
  /** What requests must carry; undefined: see `refusalOf`. */
  readonly apiToken: string | undefined;
}

const modeRequest = z.strictObject({ mode: z.enum(runModes) });

/** `/api/…`: `GET status`, and by POST with a JSON body `reload`, `mode`, `turn`. */
export function addApi(server: FastifyInstance, control: Control): void {
  server.register(
    async (api) => {
      api.addHook("onRequest", async (request, reply) => {
        const { authorization, host } = request.headers;
        const { localAddress } = request.socket;
        const refusal = refusalOf({ authorization, host, localAddress }, control.apiToken);
        if (refusal !== undefined) return reply.code(refusal.status).send({ error: refusal.error });
        // A page in a browser can post anything but JSON to any address without asking first.
        if (request.method === "POST" && !/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
          return reply.code(415).send({ error: "content-type: application/json is needed, also without a body" });
        }
      });
      // A post may come without a body.
      api.removeContentTypeParser("application/json");
      api.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => {
        try {
          done(null, body === "" ? undefined : JSON.parse(body as string));
        } catch (error) {
          done(Object.assign(error as Error, { statusCode: 400 }), undefined);
        }
      });
      api.get("/status", async () => control.status());
      api.post("/reload", async (_request, reply) => {
        const outcome = control.reload();
        return reply.code(outcome.faults === undefined ? 200 : 422).send(outcome);
      });
      api.post("/mode", async (request, reply) => {
        const asked = modeRequest.safeParse(request.body);
        if (!asked.success) return reply.code(400).send({ error: `allowed: {"mode": one of ${runModes.join(", ")}}` });
        control.setMode(asked.data.mode);
        return { mode: asked.data.mode };
      });
      api.post("/turn", async (_request, reply) => {
        try {
          return await control.turn();
        } catch (error) {
          if (!(error instanceof TurnRefused)) throw error;
          return reply.code(409).send({ error: error.message });
        }
      });
    },
    { prefix: "/api" },
  );
}
