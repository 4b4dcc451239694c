#!/usr/bin/env node
// Runs the TypeScript as it is, from a checkout; hosts get one bundled file instead.
require("tsx/cjs");
require("../main.ts");
