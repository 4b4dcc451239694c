import { z } from "zod";
import { portSchema } from "./login-schema";

const count = z.int().min(1);
const bytes = z.int().min(1).describe("a whole number of bytes, at least 1");

/** Tables that only some releases of the agent read; they are handed on unchecked. */
const foreign = z.record(z.string(), z.unknown()).optional();

const flatFile = {
  mem_buffer_size: bytes.optional(),
  file_buffer_size: bytes.optional(),
  file_size_limit: bytes.optional(),
};

/** Written by the assembler or the rollout themselves. */
const takenIndices = new Set(["traces", "spans_rejected", "agent_list", "deeptrace_assembler"]);

/** Names of Elasticsearch indices. */
const indexName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,254}$/)
  .describe("an index name: a-z 0-9 - _ . in lower case, that starts with a letter or digit")
  .refine((name) => !takenIndices.has(name), { message: "an index of the agent's own, such as spans_<agent_name>" });

const elastic = z.strictObject({
  node_url: z
    .string()
    .regex(/^https?:\/\/[^\s/@]+(\/[^\s@]*)?$/)
    .describe("http://HOST:PORT or https://HOST:PORT, without user and password")
    .optional(),
  username: z.string().min(1).optional(),
  password: z.string().min(1).optional(),
  request_timeout: count.describe("a whole number of seconds, at least 1").optional(),
  index_name: indexName.optional(),
  bulk_size: count.optional(),
  trace: foreign,
});

const api = z.strictObject({
  address: z.string().min(1).describe("the IP address to listen on").optional(),
  port: portSchema.optional(),
  workers: count.optional(),
  ident: z.string().min(1).optional(),
});

const ebpf = z.strictObject({
  pids: z
    .array(z.int().min(1).describe("a process id, a whole number from 1"))
    .describe("a list of process ids")
    .optional(),
  services: z
    .record(z.string().min(1), z.string().min(1).describe("a regular expression in quotes"))
    .describe("a table of service names and regular expressions on command lines")
    .optional(),
  trace: foreign,
});

/** `[agents.config]` and `[agent_defaults.config]`: parts of the agent's own file, in its own form. */
export const configPartSchema = z.strictObject({
  agent: z.strictObject({ workers: count.optional() }).optional(),
  api: api.optional(),
  sender: z
    .strictObject({
      batch_size: count.optional(),
      elastic: elastic.optional(),
      flat_file: z.strictObject(flatFile).optional(),
      file: foreign,
    })
    .optional(),
  ebpf: ebpf.optional(),
  metric: foreign,
  trace: foreign,
  span: foreign,
});
export type ConfigPart = z.output<typeof configPartSchema>;

/** The sections of the original fleet file, which say the same in other places. */
export const originalSections = {
  sender: z.strictObject({ batch_size: count.optional(), index_name: indexName.optional(), ...flatFile }).optional(),
  ebpf: ebpf.optional(),
  api: api.optional(),
  metric: foreign,
  trace: foreign,
  span: foreign,
};
