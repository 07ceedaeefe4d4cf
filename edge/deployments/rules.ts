import { ApiError } from "../api/error";
import { CODES } from "../api/codes";
import type { Share } from "./types";

/** Shares given as fractions may miss 100 by this much. */
const TOLERANCE = 0.001;

/** Refuses shares that are no deployment on Cloudflare, whatever their versions. */
export function checkShares(shares: readonly Share[]): void {
  checkCount(shares);
  shares.forEach(checkPercentage);
  checkSum(shares);
  checkDistinct(shares);
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
  // Compared as wrangler does: 33.333 and 66.666 are right, though the difference of their sum is a little more.
  if (sum >= 100 - TOLERANCE && sum <= 100 + TOLERANCE) return;
  refuse(`The percentages of a deployment add up to 100; these add up to ${Number(sum.toFixed(3))}.`);
}

function checkDistinct([one, two]: readonly Share[]): void {
  if (one === undefined || one.versionId !== two?.versionId) return;
  refuse(`Version ${one.versionId} is named twice; a deployment names each version once.`);
}

function refuse(message: string): never {
  throw new ApiError(400, CODES.unparsableBody, message);
}
