import type { createColors } from "picocolors";

/** What paints a text, or leaves it as it is. */
export type Colors = ReturnType<typeof createColors>;
