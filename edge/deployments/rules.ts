import { ApiError } from "../api/error";
import { CODES } from "../api/codes";
import type { Share } from "./types";

/** Shares given as fractions may miss 100 by this much. */
const TOLERANCE = 0.001;

/** Refuses a deployment that Cloudflare would refuse. */
export function checkShares(shares: readonly Share[], exists: (versionId: string) => boolean): void {
  checkCount(shares);
  shares.forEach(checkPercentage);
  checkSum(shares);
  checkVersions(shares, exists);
}

function checkCount({ length }: readonly Share[]): void {
  if (length === 1 || length === 2) return;
  refuse(`A deployment has 1 or 2 versions; this one has ${length}.`);
}

function checkPercentage({ versionId, percentage }: Share): void {
  if (percentage >= 0 && percentage <= 100) return;
  refuse(`Version ${versionId} is given ${percentage} %; a percentage is from 0 to 100.`);
}

function checkSum(shares: readonly Share[]): void {
  const sum = shares.reduce((total, { percentage }) => total + percentage, 0);
  if (Math.abs(sum - 100) <= TOLERANCE) return;
  refuse(`The percentages of a deployment add up to 100; these add up to ${Number(sum.toFixed(3))}.`);
}

function checkVersions(shares: readonly Share[], exists: (versionId: string) => boolean): void {
  if (new Set(shares.map(({ versionId }) => versionId)).size < shares.length) {
    refuse(`Version ${shares[0]?.versionId ?? ""} is named twice; a deployment names each version once.`);
  }
  const unknown = shares.find(({ versionId }) => !exists(versionId));
  if (unknown === undefined) return;
  throw new ApiError(
    400,
    CODES.versionNotFound,
    `Version ${unknown.versionId} does not exist for this Worker. GET …/versions lists the versions that do.`,
  );
}

function refuse(message: string): never {
  throw new ApiError(400, CODES.unparsableBody, message);
}
