/** The parts of the official package's schema that the stand-in serves. */
export const version = "1.2.1";

type Schema = { [key: string]: unknown };
const text = { type: "string" };
const texts = { type: "array", items: text };
const secretText = { type: "string", secret: true };
const textMap = { type: "object", additionalProperties: text };
const triggers = { type: "array", items: { $ref: "pulumi.json#/Any" }, replaceOnChanges: true };
const connection = { $ref: "#/types/command:remote:Connection", secret: true };
const login: Schema = {
  agentSocketPath: text,
  dialErrorLimit: { type: "integer", default: 10 },
  host: text,
  hostKey: text,
  password: secretText,
  perDialTimeout: { type: "integer", default: 15 },
  port: { type: "number", default: 22 },
  privateKey: secretText,
  privateKeyPassword: secretText,
  user: { type: "string", default: "root" },
};

export function commandSchema(): object {
  const lifecycle = { create: text, update: text, delete: text, triggers, stdin: text, environment: textMap };
  const remote = { ...lifecycle, addPreviousOutputInEnv: { type: "boolean" }, connection, logging: logging("remote") };
  const local = {
    ...lifecycle,
    addPreviousOutputInEnv: { type: "boolean" },
    logging: logging("local"),
    interpreter: texts,
    dir: text,
    assetPaths: texts,
    archivePaths: texts,
  };
  const copy = { connection, triggers, source: { $ref: "pulumi.json#/Asset" }, remotePath: text };
  const outputs = { stdout: text, stderr: text };
  return {
    name: "command",
    version,
    description: "Stand-in of the testbed for the official command provider.",
    types: {
      "command:remote:Connection": object({ ...login, proxy: { $ref: "#/types/command:remote:ProxyConnection" } }, [
        "host",
      ]),
      "command:remote:ProxyConnection": object(login, ["host"]),
      "command:remote:Logging": loggingType,
      "command:local:Logging": loggingType,
    },
    resources: {
      "command:remote:Command": resource(remote, ["connection"], outputs),
      "command:remote:CopyToRemote": resource(copy, ["connection", "source", "remotePath"], {}),
      "command:local:Command": resource(local, [], outputs),
    },
  };
}

const loggingType = {
  type: "string",
  enum: ["stdout", "stderr", "stdoutAndStderr", "none"].map((name) => ({ name, value: name })),
};

function logging(module: string): Schema {
  return { $ref: `#/types/command:${module}:Logging` };
}

function object(properties: Schema, required: string[]): Schema {
  return { type: "object", properties, required };
}

function resource(inputProperties: Schema, requiredInputs: string[], outputs: Schema): Schema {
  const required = [...requiredInputs, ...Object.keys(outputs)];
  return { inputProperties, requiredInputs, properties: { ...inputProperties, ...outputs }, required };
}
