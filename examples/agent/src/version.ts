/** The version of the agent, as `GET /api/status` and the release's VERSION file tell it. */
export const version = "0.1.0";
