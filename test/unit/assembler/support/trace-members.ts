import type { TraceSpan } from "../../../../assembler/trace/trace";
import { type SpanSketch, spanOf } from "./span-text";

/** A span sketch, and the agent that saw it. */
export type AgentSketch = SpanSketch & { readonly agent?: string };

/** Spans as members of one trace, with the parents their sketches name. */
export function membersOf(sketches: readonly AgentSketch[]): TraceSpan[] {
  return sketches.map((sketch) => {
    const span = spanOf(sketch, sketch.agent);
    return { span, parentId: span.parentId, link: undefined };
  });
}

/** A call and the request it arrived as, `id` and `id.s`, on the hosts of two agents. */
export function callBetween(
  id: string,
  parentId: string,
  client: { readonly agent: string; readonly start: number; readonly end: number; readonly clock?: bigint },
  server: { readonly agent: string; readonly start: number; readonly end: number; readonly clock?: bigint },
): AgentSketch[] {
  return [
    { ...client, id, parentId, direction: "Egress" },
    { ...server, id: `${id}.s`, parentId: id, direction: "Ingress" },
  ];
}
