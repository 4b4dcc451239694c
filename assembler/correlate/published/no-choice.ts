import type { Choice } from "../algorithm";

/** No request could have made the call. */
export const noChoice: Choice = { request: -1, confidence: 0, runnerUp: -1, evidence: "timing" };
