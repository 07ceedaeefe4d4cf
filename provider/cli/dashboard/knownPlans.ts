import type { Plan } from "../../plan/plan";
import type { PlannedStage } from "../../rollout/record/record";
import type { KnownPlans } from "./account";
import type { PlanFolder } from "./planFolder";
import type { NamedPlan } from "./workerLook";

/** The plans of a folder, by which releases that were started elsewhere can be judged here. */
export function knownPlans(folder: PlanFolder): KnownPlans {
  return {
    named: (name, args) => {
      const { plan: given, checked, problems } = folder.now(name, args);
      if (checked === undefined || given === undefined)
        throw new Error(
          `The plan ${name} cannot be used: ${problems[0]?.reason ?? "its arguments have no values"}`,
        );
      return Promise.resolve({ name, plan: checked, given });
    },

    async of({ active }) {
      const planned = active?.record?.planned;
      if (planned === undefined) return undefined;
      const plans = (await folder.list()).flatMap(({ name }): NamedPlan[] => {
        const { plan: given, checked: plan } = folder.now(name, {});
        return plan !== undefined && given !== undefined && hasStages(plan, planned)
          ? [{ name, plan, given }]
          : [];
      });
      const [only] = plans;
      return plans.length === 1 ? only : undefined;
    },
  };
}

function hasStages({ stages }: Plan, planned: readonly PlannedStage[]): boolean {
  return (
    stages.length === planned.length &&
    stages.every((stage, index) => {
      const other = planned[index];
      return (
        stage.percent === other?.percent &&
        stage.soakMs === other.soakMs &&
        stage.progression === other.progression
      );
    })
  );
}
