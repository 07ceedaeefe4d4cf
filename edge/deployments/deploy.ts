import { randomUUID } from "node:crypto";
import type { EdgeContext } from "../context";
import { cutMessage } from "./message";
import { checkShares } from "./rules";
import type { Deployment } from "./types";

/** What a deployment is asked to be. */
export type Wish = Pick<Deployment, "shares" | "message" | "triggeredBy">;

export function newDeployment(scriptName: string, source: string, wish: Wish): Deployment {
  const message = wish.message === undefined ? undefined : cutMessage(wish.message);
  return { ...wish, message, id: randomUUID(), scriptName, source, createdOn: new Date().toISOString() };
}

/** Gives traffic to the versions wished for. It has effect when this returns. */
export function deploy(context: EdgeContext, scriptName: string, source: string, wish: Wish): Deployment {
  const { state, routes } = context;
  const deployment = newDeployment(scriptName, source, wish);
  state.transaction(() => {
    checkShares(wish.shares, (id) => state.versions.get(scriptName, id) !== undefined);
    state.deployments.add(deployment);
  });
  routes.reload(scriptName);
  return deployment;
}
