import { KvRefusal } from "../../stores/kv";
import { CODES } from "../codes";
import { ApiError } from "../error";

/** Does `work`, and answers what a store refuses in it as the API does. */
export async function asApi<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KvRefusal)) throw error;
    throw new ApiError(error.status, CODES.unparsableBody, `${what}: ${error.message}`);
  }
}

/** The refusal for a key that is not there. */
export function noSuchKey(key: string): ApiError {
  return new ApiError(404, CODES.noKey, `get: 'key not found': the namespace has no key '${key}'.`);
}
