/** How agents and assembler reach Elasticsearch. */
export interface ElasticSpec {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** Seconds. */
  readonly requestTimeout: number;
  /** Documents per bulk request. */
  readonly bulkSize: number;
}
