import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of this clone. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** The Node that everything but the set-up itself runs on: the machine's may be older than what the project needs. */
export const nodeOfClone = join(root, "node_modules", ".bin", "node");
