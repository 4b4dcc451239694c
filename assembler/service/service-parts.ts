import type { Logger } from "pino";
import type { ElasticConnection } from "../elastic/elastic-connection";
import type { OtlpService } from "../otlp/otlp-service";
import type { Metrics } from "./metrics";
import type { Pulse } from "./pulse";
import type { ServiceState } from "./service-state";
import type { SettingsInUse } from "./settings-in-use";

/** What an assembler's life is made of. */
export interface ServiceParts {
  readonly settings: SettingsInUse;
  readonly logger: Logger;
  readonly connection: ElasticConnection;
  readonly state: ServiceState;
  readonly metrics: Metrics;
  readonly pulse: Pulse;
  /** What it exports by; none by default. */
  readonly otlp?: OtlpService;
  /** Told whenever the role or the mode changes. */
  readonly changed?: () => void;
}
