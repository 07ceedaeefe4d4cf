/** How often something is handed over whose process ends before, or on account of something else while, it is handled. */
export const TRIES = 3;

/** How long after its connections a process may be known to have ended, so that another one can be started. */
export const END_KNOWN_MS = 1_000;
