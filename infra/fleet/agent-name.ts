import { z } from "zod";

/** Taken: the assembler's own ledger, and `spans_rejected`, where the assembler puts what it cannot read. */
const reserved = new Set(["assembler", "rejected"]);

/** The name of an agent: it becomes part of an index name, a unit name, a directory and the names of resources. */
export const agentNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/)
  .describe("1 to 63 of a-z 0-9 - _ . that start with a letter or digit")
  .refine((name) => !reserved.has(name), { message: 'any name but "assembler" and "rejected", which are taken' });
