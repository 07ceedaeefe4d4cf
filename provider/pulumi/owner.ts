import { ownerFrom } from "../host/identity";
import type { ReleaseState } from "./releaseInputs";

type Before = Pick<ReleaseState, "__urn" | "__owner">;

/**
 * Who drives a release: the resource, by the URN it had first. The URN names the stack and the project, and Pulumi lets
 * nobody else run an update of that stack meanwhile. A resource with another name or parent since (`aliases`), and one
 * whose stack was renamed, is the same driver: it goes on with the release that it has left under way.
 */
export function ownerOf(before: Before, urn = ""): string {
  return before.__owner ?? ownerFrom(before.__urn ?? urn);
}

/** What the state has to say of the driver: nothing as long as the URN says it. */
export function ownerToRemember(before: Before, urn: string | undefined): { __owner?: string } {
  const owner = ownerOf(before, urn);
  return owner === ownerOf({ __urn: undefined, __owner: undefined }, urn) ? {} : { __owner: owner };
}
