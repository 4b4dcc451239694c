import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PulumiProject } from "../../test/testbed/testbed";
import { fleetText, type PlannedAgent } from "./fleet-plan";
import type { Site } from "./site";

/** Our stack at work on one site. */
export class PulumiContender {
  private constructor(
    private readonly site: Site,
    private readonly pulumi: PulumiProject,
    private readonly fleetFile: string,
  ) {}

  static async prepare(site: Site): Promise<PulumiContender> {
    const pulumi = await site.testbed.pulumi();
    const fleetFile = join(site.testbed.directory, "fleet.toml");
    await pulumi.run(["config", "set", "deeptrace:fleet", fleetFile]);
    // Ansible's playbook registers agents nowhere either.
    await pulumi.run(["config", "set", "deeptrace:register", "false"]);
    await pulumi.run(["config", "set", "--secret", "elasticPassword"], { stdin: "not-used" });
    return new PulumiContender(site, pulumi, fleetFile);
  }

  /** Rolls the agents out, or brings a fleet to these. Throws if one fails. */
  async rollOut(agents: readonly PlannedAgent[]): Promise<void> {
    writeFileSync(this.fleetFile, fleetText(agents, this.site.source));
    await this.#run(["up", "--yes", "--skip-preview"]);
  }

  /**
   * Brings a fleet to these agents before something else is measured. The state is written once, at the end: the CLI
   * otherwise writes all of it to its file at each step's begin and end, which grows with the square of the fleet.
   */
  async setUp(agents: readonly PlannedAgent[]): Promise<void> {
    writeFileSync(this.fleetFile, fleetText(agents, this.site.source));
    await this.#run(["up", "--yes", "--skip-preview"], { PULUMI_SKIP_CHECKPOINTS: "true" });
  }

  /** Looks at every host and asks what would change. Throws unless that is nothing. */
  async preview(): Promise<void> {
    await this.#run(["preview", "--refresh", "--expect-no-changes"]);
  }

  /** Looks at every host and keeps what it sees. */
  async refresh(): Promise<void> {
    await this.#run(["refresh", "--yes", "--skip-preview"]);
  }

  /** Mends what the last refresh saw. */
  async heal(): Promise<void> {
    await this.#run(["up", "--yes", "--skip-preview"]);
  }

  async destroy(): Promise<void> {
    await this.#run(["destroy", "--yes", "--skip-preview"]);
  }

  async #run(args: string[], environment: Record<string, string> = {}): Promise<void> {
    await this.pulumi.run(args, { environment: { PULUMI_CONTINUE_ON_ERROR: "true", ...environment } });
  }
}
