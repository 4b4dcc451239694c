/** What was done about metrics since the start; `/metrics` shows it. */
export class MetricsTally {
  minutesCounted = 0;
  tracesRead = 0;
  documentsWritten = 0;
  documentsDeleted = 0;
  /** Documents Elasticsearch would not take. */
  documentsRefused = 0;
  /** Names counted as `other`, because a minute had more than the bound allows. */
  namesFolded = 0;
  /** Stored traces that cannot be read. */
  tracesUnreadable = 0;
}
