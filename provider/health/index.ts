/**
 * What `pulumi-workers-release/health` offers: the judge of a release, for anybody's data.
 *
 * @module health
 */

export { judge, type Strictness } from "./judge";
export type { BoundKind, Bounds, Trouble, Verdict } from "./judgement";
export type { Bucket, Counts, Served, Series } from "./series";
export type { Past } from "./past";
