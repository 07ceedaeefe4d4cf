import { z } from "zod";
import { hasUnknown } from "../plan/faults";
import type { Plan } from "../plan/plan";
import { planSchema } from "../plan/schema";
import { forecastText } from "../preview/forecast";
import { planChanges, planChangesText } from "../preview/planChanges";
import { maybeWayBackText } from "../rollout/text/wayBackText";
import { outlook, releases } from "./releaseChange";
import type { Asked } from "./previewBacktest";
import type { ReleaseState } from "./releaseInputs";
import { same } from "./validation";

type Properties = Record<string, unknown>;

/**
 * What an update is going to do, for the person who reviews it: computed from the state and the program alone, so that
 * every machine tells the same.
 *
 * @param before undefined for a release that is created
 * @returns undefined where there is nothing to do and nothing to tell
 */
export function previewText(before: ReleaseState | undefined, news: Properties): string | undefined {
  const plan = planOf(news["plan"]);
  const forecast = (serving: string | undefined): string =>
    forecastText(moveOf(serving, news), plan && from(news["startAt"], plan));
  if (before === undefined) return forecast(undefined);
  const parts = [
    outlook(before, news),
    releases(before, news) ? forecast(servingIn(before)) : undefined,
    maybeWayBack(before, news, plan),
    changesText(planOf(before.plan), plan),
  ];
  const told = parts.filter((part) => part !== undefined);
  return told.length === 0 ? undefined : told.join("\n");
}

/** What a backtest tells a reviewer is worth its requests where something is released or the plan changes. */
export function worthABacktest(before: ReleaseState | undefined, news: Properties): boolean {
  if (!wantsBacktest.safeParse(news).success) return false;
  return before === undefined || releases(before, news) || !same(before.plan, news["plan"]);
}

const wantsBacktest = z.object({
  preview: z.object({ backtest: z.literal(true) }),
  __isPreview: z.literal(true),
});

/** What to make a backtest of; undefined where it is known only during the update. */
export function backtestOf(news: Properties): Asked | undefined {
  const { plan, startAt } = news;
  const [accountId, scriptName] = [known(news["accountId"]), known(news["scriptName"])];
  const checked = planOf(plan);
  if (accountId === undefined || scriptName === undefined || checked === undefined) return undefined;
  return { worker: { accountId, scriptName }, plan: from(startAt, checked) };
}

/** A plan without the stages that a release skips. */
function from(startAt: unknown, plan: Plan): Plan {
  const least = typeof startAt === "number" ? startAt : 0;
  return { ...plan, stages: plan.stages.filter(({ percent }) => percent >= least) };
}

/** What a version that is not known yet may turn out to be: what it is made of, only the update tells. */
function maybeWayBack(
  { oldVersionId }: ReleaseState,
  news: Properties,
  plan: Plan | undefined,
): string | undefined {
  const isOpen = oldVersionId !== undefined && known(news["versionId"]) === undefined;
  return isOpen && plan !== undefined && plan.rollbackWindow > 0 ? maybeWayBackText(plan) : undefined;
}

function planOf(given: unknown): Plan | undefined {
  return hasUnknown(given) ? undefined : planSchema.safeParse(given).data;
}

function changesText(before: Plan | undefined, after: Plan | undefined): string | undefined {
  if (before === undefined || after === undefined) return undefined;
  const changes = planChanges(before, after);
  return changes.length === 0 ? undefined : planChangesText(changes);
}

/** What serves as far as the state knows: while the traffic is split, it goes back to the old version. */
function servingIn({ deployedVersionId, oldVersionId }: ReleaseState): string | undefined {
  return deployedVersionId ?? oldVersionId;
}

function moveOf(oldVersionId: string | undefined, news: Properties) {
  return { scriptName: known(news["scriptName"]), oldVersionId, newVersionId: known(news["versionId"]) };
}

function known(given: unknown): string | undefined {
  return typeof given === "string" && !hasUnknown(given) ? given : undefined;
}
