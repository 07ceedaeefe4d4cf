import type { Check } from "../check";
import { abrLevel } from "./abrLevel";
import { answerShape } from "./answerShape";
import { arrayList } from "./arrayList";
import { delay } from "./delay";
import { entrypointIsNull } from "./entrypoint";
import { firstBuckets } from "./firstBuckets";
import { granularity } from "./granularity";
import { graphql } from "./graphql";
import { grid } from "./grid";
import { groupLimit } from "./groupLimit";
import { keyList } from "./keyList";
import { latencyFilter } from "./latencyFilter";
import { latencyGroups } from "./latencyGroups";
import { filterLimit, rowLimit } from "./limits";
import { missingGroup } from "./missingGroup";
import { rays } from "./rays";
import { retention } from "./retention";
import { rowKeys } from "./rowKeys";
import { storedRows } from "./stored";
import type { DoctorLook } from "./subject";
import { versionList } from "./versionList";
import { visitFilter } from "./visits";

/** What can be asked of any Worker's invocations. */
export const telemetryChecks: readonly Check<DoctorLook>[] = [
  answerShape,
  granularity,
  grid,
  firstBuckets,
  rowKeys,
  rays,
  visitFilter,
  entrypointIsNull,
  latencyFilter("wallTime"),
  latencyFilter("cpuTime"),
  latencyGroups("wallTime"),
  latencyGroups("cpuTime"),
  versionList,
  arrayList,
  missingGroup,
  groupLimit,
  filterLimit,
  rowLimit,
  abrLevel,
  keyList,
  retention,
  graphql,
];

/** What depends on traffic that goes on, and on the Worker's sampling. The test Worker tries both in its own way. */
export const trafficChecks: readonly Check<DoctorLook>[] = [delay, storedRows];
