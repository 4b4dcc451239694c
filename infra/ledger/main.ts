import { serveProvider } from "../provider-server/serve-provider";
import { ledgerPackage, ledgerToken, ledgerVersion } from "./ledger-contract";
import { ledgerHandler } from "./ledger-handler";
import { ledgerSchema } from "./ledger-schema";

serveProvider(
  {
    name: ledgerPackage,
    version: ledgerVersion,
    schema: ledgerSchema,
    resources: new Map([[ledgerToken, ledgerHandler]]),
  },
  process.argv.slice(2),
);
