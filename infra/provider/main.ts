import { ledgerPackage, ledgerToken, ledgerVersion } from "../ledger/ledger-contract";
import { ledgerHandler } from "../ledger/ledger-handler";
import { serveProvider } from "../provider-server/serve-provider";
import { registrationToken } from "../registration/registration-contract";
import { registrationHandler } from "../registration/registration-handler";
import { providerSchema } from "./provider-schema";

serveProvider(
  {
    name: ledgerPackage,
    version: ledgerVersion,
    schema: providerSchema,
    resources: new Map([
      [ledgerToken, ledgerHandler],
      [registrationToken, registrationHandler],
    ]),
  },
  process.argv.slice(2),
);
