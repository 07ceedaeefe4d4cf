import { PortError } from "../rollout/ports";

/** What was asked for, or undefined when it does not exist; other failures stay failures. */
export async function orMissing<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof PortError && error.failure === "missing") return undefined;
    throw error;
  }
}
