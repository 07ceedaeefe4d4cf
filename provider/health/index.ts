/** What `pulumi-workers-release/health` offers: the judge of a release, for anybody's data. */
export { judge, type BoundKind, type Bounds, type Strictness, type Verdict } from "./judge";
export type { Bucket, Counts, Served, Series } from "./series";
export type { Past } from "./dispersion";
