/** Where there is nothing to try a question on. */
export const noTraffic = {
  found: "no invocation to try it on",
  advice: "Send the Worker some requests, wait a minute and run the doctor again, or use --with-test-worker.",
} as const;
