import { facets, unreachablePolicies } from "./ledger-contract";

const text = { type: "string" };
const secretText = { type: "string", secret: true };
const loginProperties = {
  host: text,
  port: { type: "integer" },
  user: text,
  password: secretText,
  privateKey: secretText,
  privateKeyPassword: secretText,
  hostKey: text,
  revokedHostKeys: { type: "array", items: text },
};
const facetTexts = { type: "object", additionalProperties: text };

const inputProperties = {
  agent: { ...text, description: 'Name of the agent, or "assembler".', willReplaceOnChanges: true },
  place: { ...text, description: "Where on which machine things are." },
  target: { $ref: "#/types/deeptrace:fleet:SshTarget", description: "How the host is reached." },
  program: { $ref: "#/types/deeptrace:fleet:Program", description: "What runs there; its scripts follow from it." },
  probe: { ...text, description: "Without a program: shell text that prints the facts of the host." },
  desired: { ...facetTexts, description: `What each facet should read: ${facets.join(", ")}.` },
  configText: { ...secretText, description: "The whole configuration file as it should be on the host." },
  settings: { $ref: "pulumi.json#/Any", description: "The effective configuration without secrets." },
  teardown: {
    $ref: "#/types/deeptrace:fleet:Teardown",
    description: "Without a program: how everything on the host is undone.",
  },
  onUnreachable: {
    ...text,
    description: `About a host that does not answer then: ${unreachablePolicies.join(", ")}.`,
  },
};
const required = ["agent", "place", "target", "desired", "onUnreachable"];

/** The ledger's part of the package. */
export const ledgerSchema = {
  types: {
    "deeptrace:fleet:SshTarget": {
      type: "object",
      properties: {
        ...loginProperties,
        proxy: { $ref: "#/types/deeptrace:fleet:SshProxy" },
        become: { type: "boolean" },
      },
      required: ["host", "port", "user", "become"],
    },
    "deeptrace:fleet:Listens": {
      type: "object",
      properties: { address: text, port: { type: "integer" } },
      required: ["address", "port"],
    },
    "deeptrace:fleet:Program": {
      type: "object",
      properties: {
        kind: text,
        serviceManager: text,
        listens: { $ref: "#/types/deeptrace:fleet:Listens" },
        node: text,
        version: text,
        steps: text,
      },
      required: ["kind", "serviceManager", "listens", "version", "steps"],
    },
    "deeptrace:fleet:Teardown": {
      type: "object",
      properties: { script: text, timeLimitSeconds: { type: "integer" }, removes: { type: "array", items: text } },
      required: ["script", "timeLimitSeconds", "removes"],
    },
    "deeptrace:fleet:SshProxy": {
      type: "object",
      properties: loginProperties,
      required: ["host", "port", "user"],
    },
  },
  resource: {
    description: "What the stack last knew of one agent's host.",
    inputProperties,
    requiredInputs: required,
    properties: {
      hostKey: { ...text, description: "The key the host is held to." },
      proxyHostKey: { ...text, description: "The key its proxy is held to." },
      observed: { ...facetTexts, description: "What each facet read at the last refresh." },
      epochs: {
        type: "object",
        additionalProperties: { type: "integer" },
        description: "Rises by one each time a facet was found drifted.",
      },
    },
    required: ["hostKey", "observed", "epochs"],
  },
};
