import { randomInt } from "node:crypto";
import type { Colo } from "./locations";

/** A request's id, and the location where it came in. */
export interface Arrival {
  readonly ray: string;
  readonly colo: Colo;
}

const COUNT = 2 ** 24;
const WRAP_MS = 2 ** 40;

let last = randomInt(COUNT);

/**
 * The id of a request, 16 hex digits: `cf-ray` without its place, and the `requestId` of its telemetry. None comes
 * twice, and they are in the order of time, which is what makes an index of them cheap to keep.
 */
export function newRay(): string {
  last = (last + 1) % COUNT;
  return hex(Date.now() % WRAP_MS, 10) + hex(last, 6);
}

/** What `cf-ray` says: the id of a request, and where it came in. */
export function rayHeader({ ray, colo }: Arrival): string {
  return `${ray}-${colo}`;
}

/** The id in a `cf-ray` header. */
export function rayOf(header: string | undefined): string | undefined {
  return header?.split("-", 1)[0];
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, "0");
}
