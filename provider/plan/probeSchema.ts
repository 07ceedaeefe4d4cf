import { z } from "zod";
import type { Plan, PlanProbe } from "./plan";
import { duration } from "./schemaParts";
import { rangesOf, statuses } from "./status";

const address = "an address with https:// or http://, such as https://shop.example.com/health";
const path = "a path that begins with /, such as /health";
const header = "the name of a header, such as x-version-id";

/** A probe of a plan; `every` is undefined where the plan's own interval is meant. */
export const probe = z
  .strictObject(
    {
      url: z.url({ protocol: /^https?$/, error: address }).optional(),
      path: z
        .string({ error: path })
        .regex(/^\/(?!\/)\S*$/, { error: path })
        .optional(),
      every: duration(1000, 3_600_000).optional(),
      expectStatus: statuses.default("2xx"),
      timeout: duration(100, 60_000).default(10_000),
      versionHeader: z
        .string({ error: header })
        .regex(/^[\w!#$%&'*+.^`|~-]+$/, { error: header })
        .optional(),
    },
    {
      error: ({ code }) =>
        code === "unrecognized_keys" ? undefined : 'a probe, such as { path: "/health" }',
    },
  )
  .check(({ value, issues }) => {
    if ((value.url === undefined) !== (value.path === undefined)) return;
    issues.push({
      code: "custom",
      message: "a probe with `url` or `path`, one of them",
      input: value,
      path: [],
    });
  })
  .transform(({ url, path: onWorker = "/", every, expectStatus, timeout, versionHeader }) => ({
    target: url === undefined ? { path: onWorker } : { url },
    everyMs: every,
    statuses: rangesOf(expectStatus),
    timeoutMs: timeout,
    versionHeader: versionHeader?.toLowerCase(),
  }));

/** A probe as the schema has read it. */
export type GivenProbe = z.output<typeof probe>;

/** The probes of a plan that reads its telemetry every `pollIntervalMs`. */
export function probesOf(given: readonly GivenProbe[], pollIntervalMs: number): readonly PlanProbe[] {
  return given.map((each) => ({ ...each, everyMs: each.everyMs ?? pollIntervalMs }));
}

/** Probes that nobody judges, or an objective on none, are a mistake. */
export function checkProbes(
  plan: { slos: Plan["slos"]; probes: readonly GivenProbe[]; pollInterval: number },
  fault: (path: (string | number)[], message: string) => void,
): void {
  const slo = plan.slos.findIndex(({ sli }) => sli.kind === "probes");
  if (slo === -1 && plan.probes.length > 0) {
    fault(["slos"], 'a list with an SLO on the probes, such as { sli: "probes", max: 0.1 }');
  }
  if (slo !== -1 && plan.probes.length === 0) {
    fault(["probes"], `a list of at least one probe, which the SLO "${plan.slos[slo]?.name ?? ""}" is about`);
  }
  if (plan.probes.length > 0) checkFilters(plan.slos, fault);
  plan.probes.forEach(({ everyMs }, index) => {
    if (everyMs !== undefined && everyMs < plan.pollInterval) {
      fault(
        ["probes", index, "every"],
        "at least the pollInterval, since a probe is sent when the release looks",
      );
    }
  });
}

/** The telemetry query takes 16 filters. Three of them leave out the probes; see `tooManyFilters` for the others. */
const mostWithProbes = { ofRows: 11, ofRequests: 7 };

function checkFilters(slos: Plan["slos"], fault: (path: (string | number)[], message: string) => void): void {
  slos.forEach(({ sli }, index) => {
    if (sli.kind !== "custom") return;
    const most = sli.valid.length === 0 ? mostWithProbes.ofRequests : mostWithProbes.ofRows;
    if (sli.valid.length + sli.bad.length <= most) return;
    fault(
      ["slos", index, "sli", "bad"],
      `at most ${most} filters in \`valid\` and \`bad\` together in a plan with probes, which have to be left out of the rest`,
    );
  });
}
