import type { Fault } from "./schema";

/** The index of the fault that an event of this version is lost to; undefined when it arrives. */
export function lossOf(faults: readonly Fault[], versionId: string): number | undefined {
  const index = faults.findIndex((fault) => "ingestion" in fault && isLost(fault.ingestion, versionId));
  return index === -1 ? undefined : index;
}

function isLost(ingestion: "stopped" | { readonly loses: string }, versionId: string): boolean {
  return ingestion === "stopped" || ingestion.loses === versionId;
}
