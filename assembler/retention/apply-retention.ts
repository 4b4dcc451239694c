import type { ElasticConnection } from "../elastic/elastic-connection";
import { ElasticError } from "../elastic/elastic-error";
import { spanIndexFamily } from "../elastic/index-names";
import type { AssemblerSettings } from "../settings/assembler-settings";
import { isTaken } from "./first-generation";
import type { RetentionStep } from "./plan-retention";
import { unreadDocuments } from "./unread-documents";

export interface ApplyOptions {
  readonly connection: ElasticConnection;
  readonly settings: Pick<AssemblerSettings, "name" | "retention">;
  /** Throws when this assembler may not write (any more). */
  readonly fence: () => void;
}

/** Does what was planned; returns a sentence for each thing done. Throws ElasticError. */
export async function applyRetention(steps: readonly RetentionStep[], options: ApplyOptions): Promise<string[]> {
  const done: string[] = [];
  for (const step of steps) {
    options.fence();
    const said = await apply(step, options);
    if (said !== undefined) done.push(said);
  }
  return done;
}

async function apply({ action, holds, index, reason }: RetentionStep, options: ApplyOptions) {
  switch (action) {
    case "delete":
      if (holds === "spans" && !(await blockAndLook(index, options)))
        return `${index} was just written to: not deleted`;
      await options.connection.ask({ method: "DELETE", path: pathOf(index), allowed: [404] });
      return `deleted ${index}: ${reason}`;
    case "make":
      return (await makeGeneration(index, options)) ? `made ${index}: ${reason}` : undefined;
    case "roll over":
      return rollOver(index, options);
    default:
      return undefined;
  }
}

/** False when somebody was quicker: then what is there stays as it is. */
async function makeGeneration(index: string, { connection }: ApplyOptions): Promise<boolean> {
  const body = { aliases: { [spanIndexFamily(index)]: { is_write_index: true } } };
  const made = await connection.ask({ method: "PUT", path: pathOf(index), body, allowed: [400] });
  if (made.status !== 400) return true;
  if (isTaken(made.body)) return false;
  throw new ElasticError("failed", `${index} cannot be made: ${made.body.toString("utf8", 0, 300)}`);
}

/**
 * Nothing may come in between the last look and the deletion: writes are blocked first, and then all must be read. Where
 * it is not, writes are let in again.
 */
async function blockAndLook(index: string, { connection, settings }: ApplyOptions): Promise<boolean> {
  await connection.ask({ method: "PUT", path: `${pathOf(index)}/_block/write`, allowed: [404] });
  const readers = { cursors: "cursors-", certain: settings.name } as const;
  const unread = (await unreadDocuments(connection, index, readers)).get(index);
  if (unread?.documents === 0) return true;
  await unblock(connection, index);
  return false;
}

/** Lets writes in again; does nothing when the index is gone. */
export async function unblock(connection: ElasticConnection, index: string): Promise<void> {
  const body = { "index.blocks.write": null };
  await connection.ask({ method: "PUT", path: `${pathOf(index)}/_settings`, body, allowed: [404] });
}

async function rollOver(alias: string, { connection, settings }: ApplyOptions): Promise<string | undefined> {
  const { roll_over_hours, roll_over_gb, roll_over_documents } = settings.retention;
  const conditions = {
    min_docs: 1,
    max_age: `${roll_over_hours}h`,
    max_primary_shard_size: `${roll_over_gb}gb`,
    max_primary_shard_docs: roll_over_documents,
  };
  // 400, 404: the alias was changed or removed by hand.
  const path = `${pathOf(alias)}/_rollover`;
  const { status, body } = await connection.ask({ method: "POST", path, body: { conditions }, allowed: [400, 404] });
  if (status !== 200) return `${alias} cannot be rolled over: ${body.toString("utf8", 0, 300)}`;
  const { rolled_over, new_index } = JSON.parse(body.toString("utf8")) as { rolled_over: boolean; new_index: string };
  return rolled_over ? `rolled ${alias} over to ${new_index}` : undefined;
}

function pathOf(index: string): string {
  return `/${encodeURIComponent(index)}`;
}
