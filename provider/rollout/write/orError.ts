import { PortError } from "../ports";

/** What a port refuses with is a result here; anything else is a fault and stays thrown. */
export async function orError<T>(answer: Promise<T>): Promise<T | PortError> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof PortError) return error;
    throw error;
  }
}
