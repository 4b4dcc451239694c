#!/usr/bin/env node
// Runs the TypeScript as it is, from a checkout.
require("tsx/cjs");
require("../main.ts");
