import { z } from "zod";
import { assemblerSettingsSchema } from "../../assembler/settings/assembler-settings";
import { valueAt } from "../../assembler/settings/map-strings";
import { configPartSchema, originalSections } from "./agent-config-schema";
import { agentNameSchema } from "./agent-name";
import { hostSchema } from "./host-address";
import { loginShape, portSchema } from "./login-schema";
import { salvage } from "./salvage";

const source = z.strictObject({
  repo: z
    .string()
    .regex(/^(https?:\/\/|ssh:\/\/|git:\/\/|file:\/\/|\w[\w.-]*@[\w.-]+:|\/)\S+$/)
    .describe("the address of a git repository: https://…, ssh://…, git://…, file://…, USER@HOST:PATH or /PATH")
    .refine((repo) => !/^[a-z]+:\/\/[^/@]*:[^/@]*@/.test(repo), {
      message: "an address without a password in it: it would show in the process list of every host",
      params: { got: "an address with a password", fix: "give the hosts a deploy key or a git credential helper" },
    })
    .optional(),
  ref: z
    .string()
    .regex(/^(?![-/])(?!.*(?:\.\.|@\{|\/\/))[^\p{Cc}\s~^:?*[\\]+(?<!\.lock|[./])$/u)
    .describe("a branch, a tag or a commit of 40 hex digits, in quotes")
    .optional(),
});

const elasticShape = {
  elastic_password: z.string().min(1).describe("the password of the Elasticsearch user, a text that is not empty"),
  url: z
    .string()
    .regex(/^https?:\/\/[^\s/@]+\/?$/)
    .describe("http://HOST:PORT or https://HOST:PORT, without user and password")
    .optional(),
  address: hostSchema.optional(),
  port: portSchema.optional(),
  username: z.string().min(1).default("elastic"),
  bulk_size: z.int().min(1).default(1024),
  request_timeout: z.int().min(1).describe("a whole number of seconds, at least 1").default(10),
  kibana_password: z.string().optional(),
  agent_status_index: z.string().optional(),
};
const elasticSchema = z.strictObject(elasticShape).describe("the section [elastic] with elastic_password");

const serverShape = {
  ip: hostSchema,
  ...loginShape,
  node: z
    .string()
    .regex(/^[A-Za-z0-9/._+-]+$/)
    .describe("node's name on the PATH or its absolute path on that host")
    .default("node"),
  port: portSchema.optional(),
  path: z.string().optional(),
};
const serverSchema = z.strictObject(serverShape).describe("the section [server] with ip");

/** Words by which commands pick agents. */
const tags = z
  .array(
    z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/)
      .describe("1 to 63 letters, digits, - _ . that start with a letter or digit"),
  )
  .describe("a list of words")
  .optional();

const agentInfoShape = {
  agent_name: agentNameSchema,
  host_ip: hostSchema,
  ...loginShape,
  tags,
  workers: z.int().min(1).optional(),
  deeptrace_port: portSchema.optional(),
  code_path: z.string().optional(),
  user_id: z.unknown().optional(),
};

const agentSchema = z
  .strictObject({
    agent_info: z
      .strictObject(agentInfoShape)
      .describe("a table with agent_name and host_ip: [agents.agent_info], in single brackets"),
    ...originalSections,
    source: source.optional(),
    config: configPartSchema.optional(),
  })
  .describe("an [[agents]] entry with its [agents.agent_info]");

const defaultsSchema = z.strictObject({
  agent_info: z.strictObject({ ...loginShape, tags }).optional(),
  source: source.optional(),
  config: configPartSchema.optional(),
});

/** The assembler's own settings but for Elasticsearch, which `[elastic]` names for all. */
const { elastic: _named, ...assemblerShape } = assemblerSettingsSchema.shape;
const assemblerSchema = z.strictObject(assemblerShape).refine((settings) => valueAt(settings, ["http", "port"]) !== 0, {
  path: ["http", "port"],
  message: "a port from 1 to 65535, as the rollout asks it whether the assembler is up",
  // Whatever else is wrong.
  when: () => true,
});

/** The fleet file as it is written: DeepTrace's own form plus our optional additions. */
export const fleetSchema = z.strictObject({
  elastic: elasticSchema,
  server: serverSchema,
  agents: z.array(agentSchema).min(1).describe("at least one [[agents]] entry, in double brackets"),
  agent_defaults: defaultsSchema.optional(),
  assembler: assemblerSchema.optional(),
});

export type ElasticEntry = z.output<typeof elasticSchema>;
export type ServerEntry = z.output<typeof serverSchema>;
export type AgentEntry = z.output<typeof agentSchema>;
export type AssemblerEntry = z.output<typeof assemblerSchema>;
export type DefaultsEntry = z.output<typeof defaultsSchema>;

/** The parts of a fleet file as far as they are right; undefined where nothing can be made of one. */
export interface FleetParts {
  readonly elastic: ElasticEntry | undefined;
  readonly server: ServerEntry | undefined;
  readonly defaults: DefaultsEntry | undefined;
  readonly assembler: AssemblerEntry | undefined;
  /** In the order of the file. */
  readonly agents: readonly (AgentEntry | undefined)[];
}

/** Takes a document apart, so that the right parts can be judged further although others are wrong. */
export function fleetParts(document: unknown): FleetParts {
  const agents = valueAt(document, ["agents"]);
  return {
    elastic: salvage(elasticSchema, valueAt(document, ["elastic"]), "elastic"),
    server: salvage(serverSchema, valueAt(document, ["server"]), "server"),
    defaults: salvage(defaultsSchema, valueAt(document, ["agent_defaults"]), "defaults"),
    assembler: assemblerSchema.safeParse(valueAt(document, ["assembler"]) ?? {}).data,
    agents: Array.isArray(agents) ? agents.map((agent, index) => salvage(agentSchema, agent, `agent-${index}`)) : [],
  };
}
