import { parse, TomlError } from "smol-toml";
import { z } from "zod";
import { FaultsError } from "../../../assembler/settings/fault";
import { faultsOfIssue } from "../../../assembler/settings/schema-faults";
import { lineFinder } from "../../../assembler/settings/toml-lines";

const count = z.int().min(1).max(1_000_000);
const bytes = z
  .int()
  .min(4096)
  .max(2 ** 40);
const pattern = z.string().min(1).refine(isRegExp, { error: "a regular expression", abort: true });

/** deeptrace.toml, in DeepTrace's own form. Sizes are bytes, times seconds. */
const configSchema = z.strictObject({
  agent: z.strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_.-]*$/, { error: "lower-case letters, digits, _ . -, as in an index name" }),
    /** Part of the form; this agent always works in one thread. */
    workers: count.default(1),
  }),
  api: z
    .strictObject({
      address: z.string().default("0.0.0.0"),
      /** 0 takes a free port. */
      port: z.int().min(0).max(65_535).default(7899),
      workers: count.default(1),
      /** The `Server` header of the API's answers. */
      ident: z.string().default("deeptrace"),
    })
    .prefault({}),
  sender: z.strictObject({
    /** Spans that make a write start at once. */
    batch_size: count.default(1024),
    elastic: z.strictObject({
      node_url: z
        .string()
        .refine(isPlainUrl, { error: "http://host:port or https://host:port, without user and password" }),
      username: z.string().default(""),
      password: z.string().default(""),
      request_timeout: z.number().min(0.1).max(600).default(10),
      /** `spans_` and the agent's name by default. */
      index_name: z
        .string()
        .regex(/^[a-z0-9][a-z0-9_.-]*$/, { error: "a lower-case index name" })
        .optional(),
      /** Spans in one bulk request. */
      bulk_size: count.default(1024),
    }),
    flat_file: z
      .strictObject({
        /** Spans in memory; more go to the disk. */
        mem_buffer_size: bytes.default(64 << 20),
        /** One segment on disk. */
        file_buffer_size: bytes.default(64 << 20),
        /** All segments on disk; beyond it spans are dropped and counted. */
        file_size_limit: bytes.default(1 << 30),
      })
      .prefault({}),
  }),
  ebpf: z
    .strictObject({
      /** Processes to trace whatever their command line. */
      pids: z.array(z.int().min(1)).default([]),
      /** Service name to a regular expression on the process' command line. */
      services: z.record(z.string(), pattern).default({}),
    })
    .prefault({}),
});

export type Config = z.infer<typeof configSchema>;

/** Reads the text of deeptrace.toml. Throws a `FaultsError` with all faults; no secret is part of its message. */
export function readConfig(file: string, text: string): Config {
  return checkConfig(file, parseToml(file, text), lineFinder(text));
}

/** Checks a document of the same structure. Throws a `FaultsError` that names its faults by `source`. */
export function checkConfig(source: string, document: unknown, lineAt: LineAt = () => undefined): Config {
  const result = configSchema.safeParse(document);
  if (result.success) return result.data;
  const place = { file: source, document, lineAt, ownerAt: () => undefined };
  throw new FaultsError(result.error.issues.flatMap((issue) => faultsOfIssue(place, configSchema, issue)));
}

/** The index that the spans go to. */
export function indexOf(config: Config): string {
  return config.sender.elastic.index_name ?? `spans_${config.agent.name}`;
}

type LineAt = (path: readonly (string | number)[]) => number | undefined;

function parseToml(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The message goes on with an excerpt of the file, which may show the password.
    const got = error.message.split("\n")[0] ?? "";
    throw new FaultsError([{ file, line: error.line, field: `column ${error.column}`, got, allowed: "TOML 1.0" }]);
  }
}

function isRegExp(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === "http:" || protocol === "https:") && username === "" && password === "";
}
