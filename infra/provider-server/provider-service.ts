import { type ServerUnaryCall, type sendUnaryData, status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { EngineLog } from "./engine-log";
import { errorReply } from "./error-reply";
import type { ProviderDefinition, ResourceCall, ResourceHandler } from "./resource-handler";
import { checked, diffed, fromStruct, toStruct } from "./service-replies";
import { joinSecrets } from "./value-secrecy";

type Reply<Request, Response> = (request: Request) => Promise<Response> | Response;
type ResourceRequest = { getUrn(): string; getType(): string; getName(): string };

/**
 * The engine's calls on a provider, answered by its handlers. Everything that is not about a resource is answered here;
 * functions, components and the rest of the protocol are not served.
 */
export function providerService(
  definition: ProviderDefinition,
  log: EngineLog,
  cancel: AbortController,
): UntypedServiceImplementation {
  let notice = definition.notice;

  const begin = (request: ResourceRequest): { handler: ResourceHandler; call: ResourceCall } => {
    const urn = request.getUrn();
    const [name = "", type = ""] = urn.split("::").reverse();
    const call: ResourceCall = {
      urn,
      type: request.getType() || type.slice(type.lastIndexOf("$") + 1),
      name: request.getName() || name,
      log: log.forResource(urn),
      cancelled: cancel.signal,
    };
    const handler = definition.resources.get(call.type);
    if (handler === undefined) {
      const served = [...definition.resources.keys()].join(", ");
      throw new Error(`the ${definition.name} provider ${definition.version} has no ${call.type}: it serves ${served}`);
    }
    if (notice !== undefined) call.log.warning(notice);
    notice = undefined;
    return { handler, call };
  };

  return {
    handshake: answer((request: rpc.ProviderHandshakeRequest) => {
      if (request.getEngineAddress() !== "") log.connect(request.getEngineAddress());
      const reply = new rpc.ProviderHandshakeResponse();
      reply.setAcceptSecrets(true);
      reply.setAcceptResources(true);
      reply.setAcceptOutputs(false);
      return reply;
    }),
    attach: answer((request: { getAddress(): string }) => {
      log.connect(request.getAddress());
      return new Empty();
    }),
    getPluginInfo: answer(() => {
      const reply = new PluginInfo();
      reply.setVersion(definition.version);
      return reply;
    }),
    getSchema: answer((request: rpc.GetSchemaRequest) => {
      if (request.getVersion() > 1) throw new Error(`schema version ${request.getVersion()} is not known here`);
      const reply = new rpc.GetSchemaResponse();
      reply.setSchema(JSON.stringify(definition.schema()));
      return reply;
    }),
    checkConfig: answer((request: rpc.CheckRequest) => checked({ inputs: fromStruct(request.getNews()) })),
    // Nothing is configured, so a newer version of the provider is no change to what it made.
    diffConfig: answer(() => diffed({ changes: [] })),
    configure: answer(() => {
      const reply = new rpc.ConfigureResponse();
      reply.setAcceptsecrets(true);
      reply.setAcceptresources(true);
      reply.setAcceptoutputs(false);
      reply.setSupportspreview(true);
      return reply;
    }),
    check: answer((request: rpc.CheckRequest) => {
      const { handler, call } = begin(request);
      const news = fromStruct(request.getNews());
      const { inputs, failures } = handler.check(news.properties, call);
      return checked({ inputs: { properties: inputs, secrets: joinSecrets(news.secrets, handler.secrets) }, failures });
    }),
    diff: answer((request: rpc.DiffRequest) => {
      const { handler } = begin(request);
      const old = {
        state: fromStruct(request.getOlds()).properties,
        inputs: fromStruct(request.getOldInputs()).properties,
      };
      return diffed(handler.diff(old, fromStruct(request.getNews()).properties));
    }),
    create: answer(async (request: rpc.CreateRequest) => {
      const { handler, call } = begin(request);
      const inputs = fromStruct(request.getProperties());
      const made = await handler.create(inputs.properties, request.getPreview(), call);
      const reply = new rpc.CreateResponse();
      reply.setId(made.id);
      reply.setProperties(toStruct(made.state, joinSecrets(inputs.secrets, handler.secrets)));
      return reply;
    }),
    read: answer(async (request: rpc.ReadRequest) => {
      const { handler, call } = begin(request);
      const state = fromStruct(request.getProperties());
      const inputs = fromStruct(request.getInputs());
      const seen = await handler.read(
        { id: request.getId(), state: state.properties, inputs: inputs.properties },
        call,
      );
      const reply = new rpc.ReadResponse();
      if (seen === undefined) return reply;
      reply.setId(request.getId());
      reply.setProperties(toStruct(seen.state, joinSecrets(state.secrets, handler.secrets)));
      reply.setInputs(toStruct(seen.inputs, joinSecrets(inputs.secrets, handler.secrets)));
      return reply;
    }),
    update: answer(async (request: rpc.UpdateRequest) => {
      const { handler, call } = begin(request);
      const state = fromStruct(request.getOlds());
      const inputs = fromStruct(request.getNews());
      const old = {
        id: request.getId(),
        state: state.properties,
        inputs: fromStruct(request.getOldInputs()).properties,
      };
      const made = await handler.update(old, inputs.properties, request.getPreview(), call);
      const reply = new rpc.UpdateResponse();
      reply.setProperties(toStruct(made.state, joinSecrets(inputs.secrets, handler.secrets)));
      return reply;
    }),
    delete: answer(async (request: rpc.DeleteRequest) => {
      const { handler, call } = begin(request);
      const state = fromStruct(request.getProperties()).properties;
      const inputs = fromStruct(request.getOldInputs()).properties;
      await handler.delete({ id: request.getId(), state, inputs }, call);
      return new Empty();
    }),
    cancel: answer(() => {
      cancel.abort();
      return new Empty();
    }),
    invoke: refuse("functions"),
    call: refuse("methods"),
    construct: refuse("components"),
    parameterize: refuse("parameters"),
    getMapping: refuse("mappings"),
    getMappings: refuse("mappings"),
    list: refuse("listing"),
  };

  function answer<Request, Response>(reply: Reply<Request, Response>) {
    return (call: ServerUnaryCall<Request, Response>, done: sendUnaryData<Response>): void => {
      // Lines logged on the way must be on the screen before the engine closes the step.
      Promise.resolve()
        .then(() => reply(call.request))
        .then(
          async (response) => {
            await log.flushed();
            done(null, response);
          },
          async (error: unknown) => {
            await log.flushed();
            done(errorReply(error), null);
          },
        );
    };
  }

  function refuse(what: string) {
    return (_call: unknown, done: sendUnaryData<Empty>): void =>
      done({ code: status.UNIMPLEMENTED, details: `the ${definition.name} provider has no ${what}` }, null);
  }
}
