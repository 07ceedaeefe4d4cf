import { randomBytes } from "node:crypto";

/** The id of a request, 16 hex digits: `cf-ray` without its place, and the `requestId` of its telemetry. */
export function newRay(): string {
  return randomBytes(8).toString("hex");
}

/** What `cf-ray` says; the place is the local one. */
export function rayHeader(ray: string): string {
  return `${ray}-LOC`;
}

/** The id in a `cf-ray` header. */
export function rayOf(header: string | undefined): string | undefined {
  return header?.split("-", 1)[0];
}
