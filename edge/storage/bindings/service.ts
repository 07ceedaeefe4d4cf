import { external } from "../external";
import type { RawBinding } from "../raw";

/**
 * Another Worker of the account, or the version's own. It takes requests only: workerd says so to who calls a method
 * of it.
 */
export function serviceBinding(socket: string, name: string, service: string): RawBinding {
  const to = `service:${service}`;
  return { name, binding: { service: { name: to } }, services: [external(to, socket)] };
}
