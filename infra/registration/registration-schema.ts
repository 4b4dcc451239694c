const text = { type: "string" };
const secretText = { type: "string", secret: true };

const inputProperties = {
  agent: { ...text, description: "Name of the agent.", willReplaceOnChanges: true },
  elastic: { $ref: "#/types/deeptrace:fleet:ElasticTarget", description: "How Elasticsearch is reached." },
  entry: { $ref: "pulumi.json#/Any", description: "What agent_list says of the agent, but for the times." },
  revision: { ...secretText, description: "Digest of the version and the whole configuration." },
  onUnreachable: { ...text, description: "What a teardown does if Elasticsearch does not answer: fail or skip." },
  gate: { $ref: "#/types/deeptrace:fleet:DataGate", description: "What has to be seen of the agent before." },
};
const required = ["agent", "elastic", "entry", "revision", "onUnreachable"];

/** The registration's part of the package. */
export const registrationSchema = {
  types: {
    "deeptrace:fleet:ElasticTarget": {
      type: "object",
      properties: { url: text, username: text, password: secretText },
      required: ["url", "username", "password"],
    },
    "deeptrace:fleet:DataGate": {
      type: "object",
      properties: { index: text, deadlineSeconds: { type: "integer" }, traced: text },
      required: ["index", "deadlineSeconds", "traced"],
    },
  },
  resource: {
    description: "An agent's entry in the agent_list of Elasticsearch, made once the agent passed its gate.",
    inputProperties,
    requiredInputs: required,
    properties: {
      ...inputProperties,
      registeredAt: { ...text, description: "When the entry was made; ISO." },
      updatedAt: { ...text, description: "When it was written last; ISO." },
      observed: { ...text, description: "What the last refresh saw of it." },
    },
    required: [...required, "registeredAt", "updatedAt", "observed"],
  },
};
