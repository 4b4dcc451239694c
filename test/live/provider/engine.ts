/**
 * The engine's side of the protocol, as small as a test needs: starts a provider's executable, calls it with plain
 * values, and keeps what it logs.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { credentials, Server, ServerCredentials, type ServiceError, status } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Properties } from "../../../infra/provider-server/property-value";
import { fromStruct, toStruct } from "../../../infra/provider-server/service-replies";
import type { SecretPaths } from "../../../infra/provider-server/value-secrecy";

/** A resource as the engine keeps it between calls. */
export interface Kept {
  id: string;
  inputs: Properties;
  state: Properties;
  /** Places in the state that are marked secret. */
  secrets: SecretPaths;
}

export interface Engine {
  readonly provider: ChildProcess;
  /** Every line the provider logged, status lines included. */
  readonly log: string[];
  /** As the engine does before every other call on new inputs; the others reject with the failures. */
  check(news: Properties): Promise<{ inputs: Properties; secrets: SecretPaths; failures: string[] }>;
  /** Detailed diff by path, e.g. `{"observed.config": "update"}`. */
  diff(old: Kept, news: Properties): Promise<Record<string, string>>;
  create(news: Properties, preview?: boolean): Promise<Kept>;
  read(old: Kept): Promise<Kept>;
  update(old: Kept, news: Properties, preview?: boolean): Promise<Kept>;
  delete(old: Kept): Promise<void>;
  schema(): Promise<{ name: string; resources: Record<string, object> }>;
  cancel(): Promise<void>;
  /** Ends the provider and resolves with its exit status once it is gone. */
  stop(): Promise<number | null>;
}

/** @param type token of the resource all calls are about. */
export async function startEngine(
  executable: string,
  type: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<Engine> {
  const log: string[] = [];
  const server = new Server();
  server.addService(EngineService, {
    log(call: { request: LogRequest }, done: (error: null, reply: Empty) => void) {
      log.push(call.request.getMessage());
      done(null, new Empty());
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  const provider = spawn(executable, [`127.0.0.1:${port}`], {
    cwd: "/",
    env: { ...process.env, SSH_AUTH_SOCK: "", ...environment },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => provider.once("exit", resolve));
  const providerPort = await new Promise<string>((resolve, reject) => {
    createInterface({ input: provider.stdout }).once("line", resolve);
    provider.once("error", reject);
    ended.then((code) => reject(new Error(`the provider ended with status ${code} before it printed its port`)));
  });
  const client = new ResourceProviderClient(`127.0.0.1:${providerPort}`, credentials.createInsecure(), {
    "grpc.max_receive_message_length": -1,
  });

  const ask = <Reply>(send: (done: (error: ServiceError | null, reply: Reply) => void) => unknown): Promise<Reply> =>
    new Promise((resolve, reject) => {
      send((error, reply) => (error ? reject(new Error(error.details)) : resolve(reply)));
    });
  const about = <
    Request extends { setUrn(urn: string): unknown; setType(type: string): unknown; setName(name: string): unknown },
  >(
    request: Request,
  ): Request => {
    request.setUrn(`urn:pulumi:test::test::${type}::thing`);
    request.setType(type);
    request.setName("thing");
    return request;
  };
  const opened = (struct: Struct | undefined) => {
    const { properties, secrets } = fromStruct(struct);
    return { state: properties, secrets };
  };

  const handshake = new rpc.ProviderHandshakeRequest();
  handshake.setEngineAddress(`127.0.0.1:${port}`);
  await new Promise<void>((resolve, reject) => {
    // A provider of before the handshake does without, as the real engine accepts.
    client.handshake(handshake, (error) => (error && error.code !== status.UNIMPLEMENTED ? reject(error) : resolve()));
  });
  const configure = new rpc.ConfigureRequest();
  configure.setAcceptsecrets(true);
  configure.setAcceptresources(true);
  configure.setSendsOldInputs(true);
  configure.setSendsOldInputsToDelete(true);
  configure.setArgs(new Struct());
  await ask<rpc.ConfigureResponse>((done) => client.configure(configure, done));

  const check = async (news: Properties) => {
    const request = about(new rpc.CheckRequest());
    request.setNews(toStruct(news, []));
    request.setOlds(new Struct());
    const reply = await ask<rpc.CheckResponse>((done) => client.check(request, done));
    const { properties, secrets } = fromStruct(reply.getInputs());
    return { inputs: properties, secrets, failures: reply.getFailuresList().map((failure) => failure.getReason()) };
  };
  const accepted = async (news: Properties) => {
    const { inputs, secrets, failures } = await check(news);
    if (failures.length > 0) throw new Error(failures.join("; "));
    return { inputs, struct: toStruct(inputs, secrets) };
  };

  return {
    provider,
    log,
    check,
    async diff(old, news) {
      const request = about(new rpc.DiffRequest());
      request.setId(old.id);
      request.setOlds(toStruct(old.state, old.secrets));
      request.setOldInputs(toStruct(old.inputs, old.secrets));
      request.setNews((await accepted(news)).struct);
      const reply = await ask<rpc.DiffResponse>((done) => client.diff(request, done));
      const names = ["add", "add, replace", "delete", "delete, replace", "update", "update, replace"];
      const changes: Record<string, string> = {};
      reply.getDetaileddiffMap().forEach((change, path) => {
        changes[path] = names[change.getKind()] ?? "";
      });
      return changes;
    },
    async create(news, preview = false) {
      const { inputs, struct } = await accepted(news);
      const request = about(new rpc.CreateRequest());
      request.setProperties(struct);
      request.setPreview(preview);
      const reply = await ask<rpc.CreateResponse>((done) => client.create(request, done));
      return { id: reply.getId(), inputs, ...opened(reply.getProperties()) };
    },
    async read(old) {
      const request = about(new rpc.ReadRequest());
      request.setId(old.id);
      request.setProperties(toStruct(old.state, old.secrets));
      request.setInputs(toStruct(old.inputs, old.secrets));
      const reply = await ask<rpc.ReadResponse>((done) => client.read(request, done));
      return { id: reply.getId(), inputs: fromStruct(reply.getInputs()).properties, ...opened(reply.getProperties()) };
    },
    async update(old, news, preview = false) {
      const { inputs, struct } = await accepted(news);
      const request = about(new rpc.UpdateRequest());
      request.setId(old.id);
      request.setOlds(toStruct(old.state, old.secrets));
      request.setOldInputs(toStruct(old.inputs, old.secrets));
      request.setNews(struct);
      request.setPreview(preview);
      const reply = await ask<rpc.UpdateResponse>((done) => client.update(request, done));
      return { id: old.id, inputs, ...opened(reply.getProperties()) };
    },
    async delete(old) {
      const request = about(new rpc.DeleteRequest());
      request.setId(old.id);
      request.setProperties(toStruct(old.state, old.secrets));
      request.setOldInputs(toStruct(old.inputs, old.secrets));
      await ask<Empty>((done) => client.delete(request, done));
    },
    async schema() {
      return JSON.parse(
        (await ask<rpc.GetSchemaResponse>((done) => client.getSchema(new rpc.GetSchemaRequest(), done))).getSchema(),
      );
    },
    async cancel() {
      await ask<Empty>((done) => client.cancel(new Empty(), done));
    },
    async stop() {
      client.close();
      provider.kill("SIGINT");
      const patience = setTimeout(() => provider.kill("SIGKILL"), 2_000);
      const code = await ended;
      clearTimeout(patience);
      server.forceShutdown();
      return code;
    },
  };
}
