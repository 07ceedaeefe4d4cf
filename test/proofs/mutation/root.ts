import { resolve, sep } from "node:path";

/** The folder of this clone, with slashes. */
export const root = resolve(__dirname, "../../..").split(sep).join("/");
