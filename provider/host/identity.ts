import { createHash, randomBytes } from "node:crypto";

/** The id of a new release: it sorts by time and is told apart from any other, `20301231-235959-1a2b3c`. */
export function newReleaseId(): string {
  const now = new Date().toISOString();
  return `${now.slice(0, 10).replaceAll("-", "")}-${now.slice(11, 19).replaceAll(":", "")}-${randomBytes(3).toString("hex")}`;
}

/** Who drives a release, as a short digest of what tells one driver from another. */
export function ownerFrom(driver: string): string {
  return createHash("sha256").update(driver).digest("hex").slice(0, 8);
}
