/** What a plan says of telemetry that is there at once, and of splits that take effect at once: as on a fake or a quick edge. */
export const atOnce = { warmUp: "0s", settleTime: "0s" } as const;
