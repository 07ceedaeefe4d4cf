import { argo } from "./argo";
import { confidenceSequence } from "./confidenceSequence";
import { flagger } from "./flagger";
import { groupSequential } from "./groupSequential";
import { hmd } from "./hmd";
import type { Judge } from "./judge";
import { kayentaAtEnd, kayentaGrowing } from "./kayenta";
import { naive } from "./naive";
import { ours, oursWithoutPast } from "./ours";
import { sequential } from "./sequential";
import { sprt } from "./sprt";

/** What cannot be beaten. */
export const bounds = { max: sprt("max"), maxIncrease: sprt("maxIncrease") } as const;

/** Ours: the bounds of an SLO one by one, each at the level of the whole release. */
export const own = { max: ours("max"), maxIncrease: ours("maxIncrease") } as const;

/** What ours would be without the old version's past. */
const withoutPast: readonly Judge[] = [oursWithoutPast("max"), oursWithoutPast("maxIncrease")];

export const judges: readonly Judge[] = [
  bounds.max,
  own.max,
  naive,
  argo({ failureLimit: 0, consecutiveSuccessLimit: 0 }),
  argo({ failureLimit: 0, consecutiveSuccessLimit: 5 }),
  argo({ failureLimit: 3, consecutiveSuccessLimit: 0 }),
  argo({ failureLimit: 3, consecutiveSuccessLimit: 5 }),
  flagger(1),
  flagger(5),
  flagger(10),
  hmd,
  groupSequential("max"),
  confidenceSequence,
  bounds.maxIncrease,
  own.maxIncrease,
  kayentaAtEnd,
  kayentaGrowing,
  groupSequential("maxIncrease"),
  sequential,
];

/** Where errors depend on each other: without the bound, which takes them to be independent. */
export const judgesOfDependence: readonly Judge[] = [...judges, ...withoutPast].filter(
  ({ name }) => name !== bounds.max.name && name !== bounds.maxIncrease.name,
);
