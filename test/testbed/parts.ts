/** A single-node Elasticsearch behind a password, as the fleet's hosts see it. */
export interface RunningElasticsearch {
  /** Through nginx with basic authentication; reachable from every host of the testbed. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** Elasticsearch itself, without a password; this machine's loopback only. */
  readonly nodeUrl: string;
  /** Ends it cleanly. Data and ports are kept for `start`. */
  stop(): Promise<void>;
  /** Ends it with SIGKILL, as a crash would. Data and ports are kept for `start`. */
  kill(): Promise<void>;
  /** Starts it again and waits until it serves requests. */
  start(): Promise<void>;
}

/** A node of a cluster, without a password; this machine's loopback only. */
export interface ElasticsearchClusterNode {
  readonly name: string;
  readonly url: string;
  /** Ends it with SIGKILL, as a crash would. Data and ports are kept for `start`. */
  kill(): Promise<void>;
  /** Starts it again and waits until it is one of the cluster. */
  start(): Promise<void>;
}

/** Three nodes of one cluster; any one of them may be lost. */
export interface RunningCluster {
  readonly nodes: readonly ElasticsearchClusterNode[];
  /** Resolves once so many nodes are together and hold every copy of every shard. */
  settled(nodes: number): Promise<void>;
}

/** What a command on a host came to. `code` is its exit status, 128 + signal if it was killed. */
export interface CommandResult {
  stdout: string;
  stderr: string;
  code: number;
}

/** A machine reached by SSH: a systemd container with its own network, or an sshd of one's own without root. */
export interface Host {
  readonly name: string;
  /** IPv4 address that the other hosts and this machine reach it by. */
  readonly address: string;
  /** Port of its sshd. */
  readonly port: number;
  readonly user: string;
  /** Set where the host takes passwords (systemd hosts). */
  readonly password?: string;
  /** Private key in OpenSSH form, without a passphrase. */
  readonly privateKey?: string;
  /** Its ed25519 host key as authorized_keys writes it: `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
  readonly serviceManager: "systemd" | "process";
  /** Home directory of `user` on the host. */
  readonly home: string;
  /** Path of Node on the host. */
  readonly node: string;
  /** Runs shell text on the host's console: no SSH, so it works while sshd or the network is down. */
  exec(command: string, options?: { stdin?: string }): Promise<CommandResult>;
  /** Starts a process that stays (a systemd unit of that name, or a session of its own) and outlives the caller. */
  start(name: string, command: string): Promise<void>;
  /** Switches it off at once, as a pulled plug does. Its disk is kept. */
  poweroff(): Promise<void>;
  /** Switches it on again and waits until it takes logins. */
  boot(): Promise<void>;
  /** Gives it new host keys, as a rebuilt machine has; `hostKey` then shows the new one. */
  rotateHostKey(): Promise<void>;
  /** Takes its network link down: connections hang, as they do behind a broken switch. */
  cutNetwork(): Promise<void>;
  restoreNetwork(): Promise<void>;
}

/** The demo agent's release in a bare git repository, served by the git protocol to all hosts. */
export interface AgentRepository {
  readonly url: string;
  /** The newest commit of branch `main`. */
  readonly commit: string;
  /** Commits changed files (path to content) on top of `main`; returns the new commit. */
  publish(change: Record<string, string>): Promise<string>;
  stop(): Promise<void>;
}

/** The real Pulumi CLI on this project with a backend, a home and a stack file of its own. */
export interface PulumiProject {
  /** The whole environment that the CLI runs in; holds no secret itself, the passphrase is in a file. */
  readonly environment: Record<string, string>;
  /** Configuration of the stack, outside the checkout. */
  readonly stackFile: string;
  /** Runs `pulumi ARGS` in the project's root. Throws on failure unless `allowFailure`. */
  run(
    args: string[],
    options?: { allowFailure?: boolean; environment?: Record<string, string>; stdin?: string },
  ): Promise<CommandResult>;
}

/** Real parts for one test file or one demo; `close` ends every one of them. */
export interface Testbed {
  /** A folder that is gone after `close`. */
  readonly directory: string;
  /** For the environment of a command that the testbed did not start: it ends with the testbed at the latest. */
  readonly mark: Record<string, string>;
  elasticsearch(): Promise<RunningElasticsearch>;
  elasticsearchCluster(): Promise<RunningCluster>;
  host(name: string): Promise<Host>;
  hosts(names: string[]): Promise<Host[]>;
  /** Serves the demo agent's release, or what `release` writes to a folder; made once. */
  agentRepository(release?: (directory: string) => Promise<void>): Promise<AgentRepository>;
  pulumi(): Promise<PulumiProject>;
  close(): Promise<void>;
}
