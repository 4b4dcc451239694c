/** How a command ends, for scripts and systemd. */
export const exitStatus = {
  /** What was asked for failed, or something is not as it should be. */
  failed: 1,
  /** Wrong usage, or a configuration with faults; nothing was done. */
  usage: 2,
  /** A fault of the program itself, as `EX_SOFTWARE` of sysexits.h. */
  ourFault: 70,
} as const;
