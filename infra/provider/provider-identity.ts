/** Name and version under which the engine finds our provider. */
export const providerName = "deeptrace";
export const providerVersion = "0.1.0";
