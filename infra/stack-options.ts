import { z } from "zod";
import { type Fault, FaultsError } from "../assembler/settings/fault";
import { nearestKey } from "../assembler/settings/nearest-key";
import { faultsOfIssue } from "../assembler/settings/schema-faults";

/** So many agents: a number, or a part of the fleet. */
export type Share = { readonly count: number } | { readonly percent: number };

const shareSchema = z
  .union([
    z
      .int()
      .min(1)
      .transform((count): Share => ({ count })),
    z
      .string()
      .regex(/^(100|[1-9]?[0-9])%$/)
      .refine((text) => text !== "0%")
      .transform((text): Share => ({ percent: Number.parseInt(text, 10) })),
  ])
  .describe('a number of agents from 1, or a part of the fleet as "10%"');

const rolloutSchema = z.strictObject({
  /** Agents worked on at once within a wave; absent: all. */
  parallelism: z.int().min(1).optional(),
  /** Agents that go first, on as many hosts as there are; absent: none. */
  canary: shareSchema.optional(),
  /** Agents in each wave after the canaries; absent: all the rest at once. */
  batch: shareSchema.optional(),
  /** What an agent must show before the next wave starts: that it is healthy, or besides that its spans arrive, which needs `register`. */
  gate: z.enum(["health", "data"]).default("data"),
  /** Seconds within which an agent's spans must arrive. */
  deadline: z.int().min(1).describe("a whole number of seconds, at least 1").default(120),
});

/** In which order a fleet is rolled out, and what has to be seen of one wave before the next. */
export type RolloutOptions = z.output<typeof rolloutSchema>;

const name = /^[A-Za-z_][A-Za-z0-9_]*$/;
const schemaShape = z.strictObject({
  /** The fleet file, relative to the project. */
  fleet: z.string().min(1).default("examples/fleet.toml"),
  /** What `${VAR}` in the fleet file stands for, before the environment is asked. */
  variables: z.record(z.string().regex(name).describe("a name of letters, digits and _"), z.string()).default({}),
  /** Whether a host without a known key may show one, which then is kept, or has to be known before. */
  hostKeys: z.enum(["accept-new", "strict"]).default("accept-new"),
  /** A file in OpenSSH's form with keys of hosts. */
  knownHosts: z.string().min(1).optional(),
  /** What a teardown does about a host, or an Elasticsearch, that does not answer. */
  onUnreachable: z.enum(["fail", "skip"]).default("fail"),
  /** Whether agents are entered into the `agent_list` of Elasticsearch. */
  register: z.boolean().default(true),
  rollout: rolloutSchema.optional(),
});
const schema = schemaShape.check(({ value, issues }) => {
  if (value.register || value.rollout?.gate !== "data") return;
  issues.push({
    code: "custom",
    input: value,
    path: ["rollout", "gate"],
    message: "health",
    params: {
      got: "data (the default) with deeptrace:register false, and only a registration sees whether spans arrive",
      fix: "or set deeptrace:register true",
    },
  });
});

/** What a stack's configuration says beside its secrets, `deeptrace:` left out. */
export type StackOptions = z.output<typeof schema>;

const options = Object.keys(schemaShape.shape);
const structured = new Set(["variables", "rollout"]);

/**
 * Checks a stack's options. `values` are as Pulumi hands them over: texts, in which whatever has parts is JSON. Other names are the fleet
 * file's own, unless they are no secrets and look like an option. Throws {@link FaultsError} with all faults; `file` is where they are.
 */
export function readStackOptions(
  file: string,
  values: Readonly<Record<string, string>>,
  isSecret: (name: string) => boolean,
): StackOptions {
  const given: Record<string, unknown> = {};
  const faults: Fault[] = [];
  for (const [key, text] of Object.entries(values)) {
    if (!options.includes(key)) {
      const near = isSecret(key) ? undefined : nearestKey(key, options);
      if (near)
        faults.push({ file, field: `deeptrace:${key}`, got: "an unknown option", allowed: near, fix: undefined });
      continue;
    }
    given[key] = structured.has(key) || key === "register" ? parsed(text) : text;
  }
  const place = { file, document: given, lineAt: () => undefined, ownerAt: () => undefined };
  const result = schema.safeParse(given);
  for (const issue of result.error?.issues ?? []) {
    for (const fault of faultsOfIssue(place, schema, issue))
      faults.push({ ...fault, field: `deeptrace:${fault.field}` });
  }
  if (faults.length > 0 || !result.success) throw new FaultsError(faults);
  return result.data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
